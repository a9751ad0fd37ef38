import { findVariant, stems, type Variant } from '../networks/variants.js';
import { vovnet } from '../networks/vovnet.js';
import { detectorNetwork } from '../detector/detector.js';
import { detectorRows, usualClasses } from '../detector/rows.js';
import { normalisation } from '../detector/to-onnx.js';
import { allNetworks } from '../reference/catalogue.js';
import { WeightsError, shown } from './error.js';
import { families } from './families.js';
import { imageNet, type Family, type Member, type Pixels } from './family.js';
import type { TensorFile } from './safetensors.js';
import { fitTensors, type Fit } from './take.js';

/** A family found in a file, and under which prefix. */
export type Found = { readonly family: Family; readonly prefix: string };

/** Every family whose tensors a file holds, with each prefix. Empty where none is known. */
export const findFamilies = (file: TensorFile): readonly Found[] => {
  const names = [...file.tensors.keys()];
  const held = new Set(names);
  const found = families.flatMap((family) => {
    const [first = '', ...others] = family.has;
    return names.flatMap((name) => {
      const prefix = name.endsWith(first) ? name.slice(0, -first.length) : null;
      if (prefix === null || (prefix !== '' && !prefix.endsWith('.'))) return [];
      if (!others.every((other) => held.has(prefix + other))) return [];
      if (family.lacks !== undefined && held.has(prefix + family.lacks)) return [];
      return family.prefix === undefined || family.prefix.test(prefix) ? [{ family, prefix }] : [];
    });
  });
  return names.some((name) => name.endsWith('.norm.variance')) ? [...found, { family: ownFamily(file), prefix: '' }] : found;
};

/** Files written here, whose notes say how the network was built. */
const ownFamily = ({ metadata }: TensorFile): Family => {
  const stem = stems.find((each) => each === metadata.get('stem'));
  const ese = (['none', 'all', 'last', 'deep'] as const).find((each) => each === metadata.get('ese'));
  const identity = metadata.get('identity');
  const pixels: Pixels = { order: 'rgb', mean: triple(metadata.get('mean')) ?? imageNet.mean, std: triple(metadata.get('std')) ?? imageNet.std };
  return {
    id: 'vovision', title: 'VoVision', has: [], names: 'own', classifier: 'classifier.linear',
    members: [
      ...allNetworks.map(({ id, build }): Member => {
        const variant = findVariant(id);
        if (variant === null) return { id, name: id, variant, pixels, network: (size, classes) => build(size, { classes }) };
        const built: Variant = {
          ...variant, ...(stem !== undefined && { stem }), ...(ese !== undefined && { ese }), ...(identity !== undefined && { identity: identity === 'true' }),
        };
        return { id, name: id, variant: built, pixels, network: (size, classes) => vovnet(built, size, built.stem, classes) };
      }),
      ...detectorRows.map((row): Member => ({
        id: row.id, name: row.id, variant: null, pixels: { order: 'rgb', ...normalisation },
        network: (size) => detectorNetwork(row, countOf(metadata.get('classes')) ?? usualClasses.length, size),
      })),
    ],
  };
};

/** How many there are in a note that is a JSON list; null where it is none, or has more than a detector may tell apart. */
const countOf = (text: string | undefined): number | null => {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return Array.isArray(value) && value.length > 0 && value.length <= 10_000 ? value.length : null;
  } catch {
    return null;
  }
};

/** Three numbers above zero from a note. */
const triple = (text: string | undefined): readonly [number, number, number] | null => {
  const values = (text ?? '').split(' ').map(Number);
  const [r, g, b] = values;
  if (values.length !== 3 || r === undefined || g === undefined || b === undefined || !values.every((value) => value > 0 && value < 1e4)) return null;
  return [r, g, b];
};

/** How a network was built, for the notes of a file of weights; `variant` is that of a VoVNet. */
export const ownNotes = (id: string, variant: Variant | null, { mean, std }: Pick<Pixels, 'mean' | 'std'> = imageNet): ReadonlyMap<string, string> => new Map([
  ['network', id],
  ...(variant === null ? [] : [['stem', variant.stem], ['ese', variant.ese], ['identity', String(variant.identity)]] as const),
  ['mean', mean.join(' ')], ['std', std.join(' ')],
]);

/** The one family of a file. Throws a WeightsError of kind 'family' where there is none or more than one. */
export const chooseFamily = (file: TensorFile, prefix: string | null = null): Found => {
  const all = findFamilies(file);
  const found = prefix === null ? all : all.filter((each) => each.prefix === prefix);
  const [first, second] = found;
  if (first === undefined) {
    if (all.length > 0) throw new WeightsError('family', `Nothing known is under “${shown(prefix ?? '')}”.`, `There is: ${places(all)}.`);
    const known = families.map(({ title }) => title).join('; ');
    throw new WeightsError('family', 'The names of these tensors are of no family that is known here.', `Known are: ${known}; files written by VoVision.`);
  }
  if (second !== undefined) {
    throw new WeightsError('family', `The file holds more than one set of weights: ${places(found)}.`, 'Say which with --prefix, or save it alone.');
  }
  return first;
};

/** Some of the places, in words. */
const places = (all: readonly Found[]): string => [...all.slice(0, 6).map(place), ...(all.length > 6 ? [`and ${all.length - 6} more`] : [])].join('; ');

const place = ({ family, prefix }: Found): string => `${family.title} ${prefix === '' ? 'without a prefix' : `under “${shown(prefix)}”`}`;

/** A size at which every network can be laid out; weights do not depend on it. */
const anySize = { width: 224, height: 224 };

export type Candidate = { readonly member: Member; readonly fit: Fit };

/** How well each member of a family fits, best first. */
export const candidates = (file: TensorFile, { family, prefix }: Found): readonly Candidate[] =>
  family.members
    .map((member) => ({ member, fit: fitTensors(member.network(anySize), file, { family, prefix }) }))
    .sort((a, b) => a.fit.misfits.length - b.fit.misfits.length);
