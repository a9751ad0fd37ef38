import { shown } from '../../../models/weights/error.js';
import { candidates, findFamilies, type Candidate, type Found } from '../../../models/weights/recognise.js';
import type { TensorFile } from '../../../models/weights/safetensors.js';
import type { Parsed } from '../arguments.js';
import { readTensorFile } from '../open-weights.js';

/** What a file of weights holds, whose it is and which networks it fits: `vovision models weights FILE`. */
export const describeWeights = async (path: string, args: Parsed): Promise<{ readonly answer: unknown; readonly text: string }> => {
  const file = await readTensorFile(path);
  const prefix = args.text('prefix');
  const sets = findFamilies(file).filter((each) => prefix === null || each.prefix === prefix).slice(0, most).map((found) => describeSet(file, found));
  const tensors = [...file.tensors].map(([name, { type, dims, bytes }]) => ({ name, type, dims, bytes: bytes.length }));
  const size = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  const width = Math.min(80, tensors.reduce((longest, { name }) => Math.max(longest, name.length), 0));
  return {
    answer: { file: path, metadata: Object.fromEntries(file.metadata), tensors, sets: sets.map(({ answer }) => answer) },
    text: [
      ...tensors.map(({ name, type, dims }) => `${shown(name).padEnd(width)}  ${type.padEnd(4)}  ${dims.join(' x ')}`), '',
      `${path}: ${tensors.length} tensors, ${(size / 2 ** 20).toFixed(1)} MiB`,
      ...(sets.length === 0 ? ['The names are of no family that is known here.'] : sets.map(({ text }) => text)),
    ].join('\n'),
  };
};

/** Sets of weights that are compared with the networks; a file has one, or a few. */
const most = 8;

const describeSet = (file: TensorFile, found: Found): { readonly answer: unknown; readonly text: string } => {
  const { family, prefix } = found;
  const all = candidates(file, found);
  const fits = all.filter(({ fit }) => fit.misfits.length === 0);
  const [nearest] = all;
  const where = prefix === '' ? '' : `, under “${shown(prefix)}”`;
  return {
    answer: {
      family: family.id, title: family.title, prefix, fits: fits.map(fitAnswer),
      nearest: fits.length > 0 || nearest === undefined ? null : { ...fitAnswer(nearest), misfits: nearest.fit.misfits.map(({ text }) => text) },
    },
    text: fits.length > 0
      ? `${family.title}${where}: fits ${fits.map(({ member }) => `${member.id} (${member.name})`).join(', ')}.`
      : `${family.title}${where}: fits no network here${nearest === undefined ? '' : `; nearest is ${nearest.member.id} (${nearest.member.name}), where ${nearest.fit.misfits.length} tensors do not fit`}.`,
  };
};

const fitAnswer = ({ member, fit }: Candidate): Record<string, unknown> => ({
  id: member.id, name: member.name, pixels: member.pixels, used: fit.used.size, leftOut: fit.leftOut, ignored: fit.ignored,
});
