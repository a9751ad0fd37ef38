import type { Network } from '../networks/layers.js';
import { parametersOf, type Parameter, type ParameterRole } from '../networks/weights.js';

/**
 * How a layer of ours is called elsewhere: our name, the other's for its convolution, and for its
 * normalisation. `{s}` in ours stands for a number; `{s}`, `{s-2}` in theirs for it, or as much less.
 * Where their normalisation comes from a convolution's own name, it is left out.
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
  return parametersOf(network).map((parameter) => {
    const { name, role } = parameter;
    const plain = role === 'weight' || role === 'bias';
    const layer = name.slice(0, -`${plain ? '' : '.norm'}.${role}`.length);
    for (const { ours, keys, convolution, normalisation } of rules) {
      const found = ours.exec(layer);
      if (found === null) continue;
      const template = plain ? convolution : normalisation;
      if (template === null) break;
      const values = new Map(keys.map((key, n) => [key, Number(found[n + 1])]));
      return { parameter, theirs: `${fill(template, values)}.${parts[role]}` };
    }
    return { parameter, theirs: null };
  });
};
