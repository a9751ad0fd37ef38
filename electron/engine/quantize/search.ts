import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { readModel } from '../../../models/onnx/read.js';
import { withByteInput } from '../../../models/quantize/byte-input.js';
import { QuantizeError } from '../../../models/quantize/error.js';
import { layersAround, safeHalf, sizesThatMatter, toHalfPrecision } from '../../../models/quantize/half.js';
import type { Histogram, RangeMethod } from '../../../models/quantize/histogram.js';
import { insertBytes } from '../../../models/quantize/insert.js';
import { observedBy } from '../../../models/quantize/observe.js';
import { planOf, type PlanOptions } from '../../../models/quantize/plan.js';
import { prepare, type Prepared } from '../../../models/quantize/prepare.js';
import { repeatPixels } from '../../../models/quantize/repeat.js';
import { scalesFor } from '../../../models/quantize/scales.js';
import { simplify } from '../../../models/quantize/simplify.js';
import type { ModelCard } from '../inference/types.js';
import { dimsFrom, observe, type Frames } from './observe.js';
import type { Trial } from './trial.js';
import type { Progress, QuantizeJob, Quantized } from './types.js';

/** Frames on which ways are compared, and those on which each layer is. */
const comparedFrames = 16;
const layerFrames = 3;
/** Ways to take ranges that are compared; `percentile` lost to both wherever it was tried. */
const methods = ['min-max', 'error'] as const satisfies readonly RangeMethod[];
/** Share of the layers that may be kept in float32: beyond it little is gained. */
const mostKept = 0.5;

export type Found = { readonly model: ModelProto; readonly result: Quantized };
type Setting = { readonly job: QuantizeJob; readonly frames: Frames; readonly trial: Trial; readonly progress: Progress };

const spread = (of: readonly number[], count: number): readonly number[] =>
  (of.length <= count ? of : Array.from({ length: count }, (_, n) => of[Math.floor(((n + 0.5) * of.length) / count)] ?? 0));

/** Frames to learn from and frames held out, by turns; one frame serves as both. */
export const splitFrames = (count: number): { readonly learn: readonly number[]; readonly held: readonly number[] } => {
  const all = Array.from({ length: count }, (_, n) => n);
  const learn = all.filter((n) => n % 2 === 0);
  const held = all.filter((n) => n % 2 === 1);
  return { learn, held: held.length > 0 ? held : learn };
};

const checkKept = (keep: readonly string[], known: readonly string[]): void => {
  const unknown = keep.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new QuantizeError('unknown-layer', `The model has no layer “${unknown}”.`, `Its layers are ${known.slice(0, 8).join(', ')}${known.length > 8 ? `, … (${known.length} in all)` : ''}.`);
  }
};

/** The int8 form of a model: calibrated, and with as many layers left in float32 as agreement asks for. */
export const findBytes = async (source: Uint8Array, setting: Setting): Promise<Found> => {
  const { job, frames, trial, progress } = setting;
  const { model: original, card } = takeBytes(readModel(source), job.card);
  const dims = dimsFrom(card.input);
  const prepared = prepare(original, dims);
  checkKept(job.keep, prepared.layers);
  const given = new Set(prepared.given.keys());
  const { learn, held } = splitFrames(job.places.length);
  const graph = graphOf(prepared);

  const everything = planOf(graph, given, { last: true });
  const seen = await observe(prepared.model, card.input, observedBy(everything, given), frames, learn, job.threads, (part) => progress('Watching what flows through the model', 0.05 + 0.35 * part));

  const build = (method: RangeMethod, options: PlanOptions): ModelProto => {
    const form = [...prepared.grouped].some((name) => options.keep?.has(name)) ? prepare(original, dims, prepared.grouped) : prepared;
    const plan = planOf(graphOf(form), given, options);
    const made = insertBytes(form.model, plan, scalesFor(plan, seen, form.given, { method }));
    repeatPixels(made, dims);
    return made;
  };
  const compared = spread(learn, comparedFrames);
  let keep: readonly string[] = job.keep;
  let best: { readonly method: RangeMethod; readonly model: ModelProto; readonly matched: number; readonly error: number } | null = null;
  for (const [n, method] of methods.entries()) {
    progress('Comparing what is found', 0.4 + 0.05 * n);
    const model = build(method, { keep: new Set(keep) });
    const { matched } = await trial.agreement(model, card, compared);
    const error = await trial.error(model, card, compared.slice(0, layerFrames));
    if (best === null || matched > best.matched || (matched === best.matched && error < best.error)) best = { method, model, matched, error };
  }
  if (best === null) throw new RangeError('There is no way to take ranges.');

  let { model, matched } = best;
  const { method } = best;
  const kept: string[] = [];
  if (matched < job.target) {
    const candidates = prepared.layers.filter((name) => !prepared.last.has(name) && !keep.includes(name));
    const ranked = await rankLayers(candidates, (only) => trial.error(build(method, { only: new Set([only]) }), card, compared.slice(0, layerFrames)), (part) => progress('Finding the layers that lose most', 0.5 + 0.3 * part));
    const most = Math.floor(candidates.length * mostKept);
    for (let count = 1; matched < job.target && count <= most; count = Math.min(count * 2, count === most ? most + 1 : most)) {
      progress('Leaving layers in float32', 0.8);
      const tried = ranked.slice(0, count);
      const next = build(method, { keep: new Set([...job.keep, ...tried]) });
      const { matched: found } = await trial.agreement(next, card, compared);
      if (found <= matched) continue;
      [model, matched, keep] = [next, found, [...job.keep, ...tried]];
      kept.splice(0, kept.length, ...tried);
    }
  }
  progress('Comparing on pictures held out', 0.85);
  const converted = planOf(graph, given, { keep: new Set(keep) }).nodes.filter(({ node }) => prepared.layers.includes(node.name === '' ? (node.output[0] ?? '') : node.name)).length;
  return { model, result: {
    converted, layers: prepared.layers.length, kept, ranges: method, calibrated: learn.length,
    agreement: await trial.agreement(model, card, held), input: card.input,
  } };
};

/** Layers by what each alone loses, the worst first. */
const rankLayers = async (layers: readonly string[], errorOf: (layer: string) => Promise<number>, told: (fraction: number) => void): Promise<readonly string[]> => {
  const errors: { readonly layer: string; readonly error: number }[] = [];
  for (const [n, layer] of layers.entries()) {
    errors.push({ layer, error: await errorOf(layer) });
    told((n + 1) / layers.length);
  }
  return errors.sort((a, b) => b.error - a.error).map(({ layer }) => layer);
};

const graphOf = ({ model }: Prepared) => {
  if (!model.graph) throw new QuantizeError('no-convolution', 'The model has no graph.', 'Take an .onnx file of a detector.');
  return model.graph;
};

/** The model that takes the picture's bytes, where it took numbers made of them. */
const takeBytes = (model: ModelProto, card: ModelCard): { readonly model: ModelProto; readonly card: ModelCard } => {
  const { input } = card;
  const changed = input.type === 'float32' && input.batched !== false ? withByteInput(model, input) : null;
  if (changed === null) return { model, card };
  return { model: changed, card: { ...card, input: { ...input, layout: 'nhwc', type: 'uint8', mean: [0, 0, 0], std: [1, 1, 1] } } };
};

/** The float16 form of a model; layers that give or read numbers near the largest half stay in float32. */
export const findHalves = async (source: Uint8Array, { job, frames, trial, progress }: Setting): Promise<Found> => {
  const { card } = job;
  const original = readModel(source);
  // Says what is wrong with models that have no float32 convolutions.
  const { layers } = prepare(original, dimsFrom(card.input));
  checkKept(job.keep, layers);
  const model = simplify(original, dimsFrom(card.input));
  const { learn, held } = splitFrames(job.places.length);
  const sizes = sizesThatMatter(model);
  const seen = await observe(model, card.input, sizes, frames, learn, job.threads, (part) => progress('Watching how large numbers become', 0.05 + 0.65 * part));
  const large = layersAround(model, new Set(sizes.filter((value) => isLarge(seen.get(value)))));
  const halved = toHalfPrecision(model, new Set([...job.keep, ...large]));
  progress('Comparing on pictures held out', 0.8);
  return { model: halved, result: {
    converted: layers.length - layers.filter((name) => job.keep.includes(name) || large.includes(name)).length, layers: layers.length, kept: large, ranges: null,
    calibrated: learn.length, agreement: await trial.agreement(halved, card, held), input: card.input,
  } };
};

const isLarge = (histogram: Histogram | undefined): boolean => {
  const { low, high } = histogram?.range ?? { low: 0, high: 0 };
  return Math.max(-low, high) > safeHalf;
};
