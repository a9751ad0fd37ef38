import type { Network } from '../networks/layers.js';
import { parametersOf, type Parameter, type ParameterRole } from '../networks/weights.js';

/**
 * How a layer of ours is called elsewhere: our name, the other's for its weights, and for its
 * normalisation where it has one. `{s}` in ours stands for a number; `{s}`, `{s-2}` in theirs for it,
 * or as much less.
 */
export type LayerName = readonly [ours: string, convolution: string, normalisation?: string];

/** PyTorch's names for the parts of a layer. */
const parts: Readonly<Record<ParameterRole, string>> = {
  weight: 'weight', bias: 'bias', scale: 'weight', shift: 'bias', mean: 'running_mean', variance: 'running_var',
};

type Rule = { readonly ours: RegExp; readonly keys: readonly string[]; readonly convolution: string; readonly normalisation: string | null };

const compile = ([ours, convolution, normalisation]: LayerName): Rule => {
  const keys: string[] = [];
  const pattern = ours.replace(/[.]|\{(\w)\}/g, (_, key: string | undefined) => {
    if (key === undefined) return '\\.';
    keys.push(key);
    return '(\\d+)';
  });
  return { ours: new RegExp(`^${pattern}$`), keys, convolution, normalisation: normalisation ?? null };
};

const fill = (template: string, values: ReadonlyMap<string, number>): string =>
  template.replace(/\{(\w)(?:-(\d+))?\}/g, (_, key: string, less: string | undefined) => String((values.get(key) ?? 0) - Number(less ?? 0)));

/** A parameter of ours with its name elsewhere; null where there is none for it. */
export type Renamed = { readonly parameter: Parameter; readonly theirs: string | null };

/** What the parameters of a network are called in a layout; `own`: as they are called here. */
export const renameParameters = (network: Network, names: readonly LayerName[] | 'own'): readonly Renamed[] => {
  if (names === 'own') return parametersOf(network).map((parameter) => ({ parameter, theirs: parameter.name }));
  const rules = names.map(compile);
  return network.layers.flatMap((layer) => {
    const parameters = parametersOf({ ...network, layers: [layer] });
    const rule = parameters.length === 0 ? undefined : rules.find(({ ours }) => ours.test(layer.name));
    const values = new Map(rule?.ours.exec(layer.name)?.slice(1).map((value, n) => [rule.keys[n] ?? '', Number(value)]));
    return parameters.map((parameter): Renamed => {
      // A normalisation on its own has but one name.
      const plain = layer.kind === 'norm' || parameter.role === 'weight' || parameter.role === 'bias';
      const template = plain ? rule?.convolution : rule?.normalisation;
      return { parameter, theirs: template === undefined || template === null ? null : `${fill(template, values)}.${parts[parameter.role]}` };
    });
  });
};
