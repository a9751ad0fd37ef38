import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { createRandom } from '../../models/networks/random.js';
import type { ModelProto } from '../../models/onnx/generated/onnx_pb.js';
import { modelInputs, readModel } from '../../models/onnx/read.js';
import { writeModel } from '../../models/onnx/write.js';
import { operatorOf } from '../../models/quantize/graph.js';
import { Histogram } from '../../models/quantize/histogram.js';
import { insertBytes } from '../../models/quantize/insert.js';
import { observedBy, withOutputs } from '../../models/quantize/observe.js';
import { planOf, type Plan, type PlanOptions } from '../../models/quantize/plan.js';
import { prepare } from '../../models/quantize/prepare.js';
import { repeatPixels } from '../../models/quantize/repeat.js';
import { scalesFor } from '../../models/quantize/scales.js';

export type Outputs = Readonly<Record<string, Float32Array>>;

/** Inputs of a model with fixed shapes, from chance: bytes, or numbers around zero. */
export const chanceFeeds = (model: ModelProto, seed: number): Record<string, Tensor> => {
  const random = createRandom(seed, 'feeds');
  return Object.fromEntries(modelInputs(model).map(({ name, type, dims }): [string, Tensor] => {
    const shape = (dims ?? []).map((dim) => (typeof dim === 'number' ? dim : 1));
    const size = shape.reduce((product, dim) => product * dim, 1);
    if (type === 'uint8') return [name, new Tensor('uint8', Uint8Array.from({ length: size }, () => Math.floor(256 * random())), shape)];
    if (type === 'bool') return [name, new Tensor('bool', [true], shape)];
    return [name, new Tensor('float32', Float32Array.from({ length: size }, () => 4 * random() - 2), shape)];
  }));
};

export const runModel = async (model: ModelProto, feeds: Record<string, Tensor>): Promise<Outputs> => {
  const session = await InferenceSession.create(writeModel(model), { intraOpNumThreads: 1, logSeverityLevel: 4 });
  try {
    return Object.fromEntries(Object.entries(await session.run(feeds)).map(([name, { data }]) => [name, data as Float32Array]));
  } finally {
    await session.release();
  }
};

/** Operators of the graph as onnxruntime runs it, with how often each is there. */
export const optimisedOperators = async (model: ModelProto): Promise<ReadonlyMap<string, number>> => {
  const folder = mkdtempSync(join(tmpdir(), 'optimised-'));
  try {
    const path = join(folder, 'optimised.onnx');
    const session = await InferenceSession.create(writeModel(model), { optimizedModelFilePath: path, logSeverityLevel: 4 });
    await session.release();
    const counts = new Map<string, number>();
    for (const node of readModel(readFileSync(path)).graph?.node ?? []) {
      const operator = operatorOf(node).replace(/^.*\./, '');
      counts.set(operator, (counts.get(operator) ?? 0) + 1);
    }
    return counts;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const inputsOf = (model: ModelProto): ReadonlyMap<string, readonly number[]> =>
  new Map(modelInputs(model).map(({ name, dims }) => [name, (dims ?? []).map((dim) => (typeof dim === 'number' ? dim : 1))]));

export type Made = {
  readonly prepared: ModelProto;
  /** Right after bytes were inserted. */
  readonly inserted: ModelProto;
  readonly model: ModelProto;
  readonly plan: Plan;
};

/** Quantises a model, calibrated on six inputs from chance. */
export const makeBytes = async (source: ModelProto, options: PlanOptions = { last: true }): Promise<Made> => {
  const { model: prepared, given } = prepare(source, inputsOf(source));
  const plan = planOf(prepared.graph!, new Set(given.keys()), options);
  const values = observedBy(plan, new Set(given.keys()));
  const seen = new Map(values.map((name) => [name, new Histogram()]));
  for (let seed = 0; seed < 6; seed++) {
    const outputs = await runModel(withOutputs(prepared, values), chanceFeeds(prepared, seed));
    for (const name of values) seen.get(name)?.add(outputs[name]!);
  }
  const scales = scalesFor(plan, seen, given, { method: 'min-max' });
  const [inserted, model] = [insertBytes(prepared, plan, scales), insertBytes(prepared, plan, scales)];
  repeatPixels(model, inputsOf(source));
  return { prepared, plan, inserted, model };
};

/** Root of the mean squared difference as a share of the root of the mean square, the worst of all outputs. */
export const relativeDifference = (expected: Outputs, found: Outputs): number =>
  Math.max(...Object.entries(expected).map(([name, wanted]) => {
    const got = found[name];
    if (got?.length !== wanted.length) return Number.POSITIVE_INFINITY;
    let [error, energy] = [0, 0];
    wanted.forEach((value, n) => {
      error += (value - got[n]!) ** 2;
      energy += value ** 2;
    });
    return Math.sqrt(error / Math.max(energy, 1e-20));
  }));
