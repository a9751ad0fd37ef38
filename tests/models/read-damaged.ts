/**
 * Reads damaged files in a process of its own: `node read-damaged.cjs COUNT FILE...` damages them COUNT times,
 * in turn; with 0 it reads each as it is. Prints one JSON object.
 */
import { readFileSync } from 'node:fs';
import { fileCost } from '../../models/cost/file-cost.js';
import { createRandom } from '../../models/networks/random.js';
import { OnnxError } from '../../models/onnx/error.js';
import { AttributeProto_AttributeType as Kind, type ModelProto } from '../../models/onnx/generated/onnx_pb.js';
import { allNodes, externalData, foreignDomains, modelInputs, modelMetadata, modelOutputs, readModel } from '../../models/onnx/read.js';
import { writeModel } from '../../models/onnx/write.js';
import { damages, type Below } from './damage.js';

/** Numbers that no sane file holds where they are put. */
const extremes = [0n, -1n, 1n, 2n ** 31n, 2n ** 40n, 2n ** 63n - 1n, -(2n ** 63n)];

/** Sound bytes that say unsound things: dimensions, attributes and small constants. */
const lie = (bytes: Uint8Array, below: Below): Uint8Array => {
  const model = readModel(bytes);
  const extreme = (): bigint => extremes[below(extremes.length)] ?? 0n;
  for (let n = 0; n <= below(6); n++) {
    const node = model.graph?.node[below(model.graph.node.length)];
    const attribute = node?.attribute[below(Math.max(1, node.attribute.length))];
    const tensor = model.graph?.initializer[below(Math.max(1, model.graph.initializer.length))];
    const choice = below(5);
    if (choice === 0 && attribute?.type === Kind.INTS) attribute.ints = attribute.ints.map((value) => (below(2) === 0 ? extreme() : value));
    else if (choice === 0 && attribute?.type === Kind.INT) attribute.i = extreme();
    else if (choice === 1 && tensor) tensor.dims = tensor.dims.map((dim) => (below(2) === 0 ? extreme() : dim));
    else if (choice === 2 && tensor && tensor.rawData.length <= 64) tensor.rawData = tensor.rawData.map(() => below(256));
    else if (choice === 3 && node) node.output.push(...Array.from({ length: below(5000) }, (_, at) => `more ${at}`));
    else if (node) node.input = node.input.map((name) => (below(2) === 0 ? (node.output[0] ?? name) : name));
  }
  return writeModel(model);
};

/** Everything that is done with a file before it runs. */
const work = (bytes: Uint8Array): void => {
  const model: ModelProto = readModel(bytes);
  for (const look of [modelOutputs, modelMetadata, foreignDomains, externalData, allNodes]) look(model);
  const inputs = new Map(modelInputs(model).map(({ name, dims }) => [name, (dims ?? []).map((dim) => (typeof dim === 'number' ? dim : 1))]));
  const { parameters, multiplyAdds, memoryAccess, peakActivationBytes } = fileCost(model, inputs);
  for (const value of [parameters, multiplyAdds, memoryAccess, peakActivationBytes]) {
    if (!Number.isFinite(value) || value < 0) throw new Error(`a cost of ${value}`);
  }
  // What was read is written and read to the same again.
  const once = writeModel(model);
  if (Buffer.compare(writeModel(readModel(once)), once) !== 0) throw new Error('not the same when written and read again');
};

const [count = '0', ...paths] = process.argv.slice(2);
const files = paths.map((path) => new Uint8Array(readFileSync(path)));
const kinds = { ...damages, lie };
const names = Object.keys(kinds) as (keyof typeof kinds)[];
const outcomes: Record<string, number> = {};
const wrong: string[] = [];
const damage = Number(count) > 0;
for (let round = 0; round < (damage ? Number(count) : files.length); round++) {
  const random = createRandom(round, 'damage');
  const below: Below = (limit) => Math.floor(random() * limit);
  const file = files[round % files.length] ?? new Uint8Array();
  const kind = names[Math.floor(round / files.length) % names.length] ?? 'lie';
  const damaged = damage ? kinds[kind](file, below, files[below(files.length)] ?? file) : file;
  const title = damage ? `round ${round}: ${kind}` : (paths[round] ?? '');
  let outcome = 'read';
  try {
    work(damaged);
  } catch (error) {
    if (error instanceof OnnxError) outcome = error.fault;
    else wrong.push(`${title}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}
console.log(JSON.stringify({ outcomes, wrong, mebibytes: process.resourceUsage().maxRSS / 1024 }));
