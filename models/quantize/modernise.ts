import { create } from '@bufbuild/protobuf';
import { AttributeProto_AttributeType as Kind, AttributeProtoSchema, type GraphProto, type ModelProto, type NodeProto } from '../onnx/generated/onnx_pb.js';
import { visitGraphs } from '../onnx/read.js';
import { inferShapes } from '../onnx/shapes/infer.js';
import { makeTensor, type ConstantType } from '../onnx/tensor.js';
import { attributeOf, freshNames, integerOf, integersOf, layerName, operatorOf } from './graph.js';

/** The version that is aimed at: the first in which weights have a scale a channel and pools take bytes. */
const modern = 13;
/** Before this version operators broadcast in other ways. */
const oldest = 7;

type Context = {
  readonly constant: (node: NodeProto, part: string, type: ConstantType, values: readonly number[], scalar?: boolean) => string;
  readonly rank: (value: string) => number | null;
};

/** Brings a node to today's form; false where that cannot be done. */
type Upgrade = { readonly before: number; readonly apply: (node: NodeProto, context: Context) => boolean };

const drop = (node: NodeProto, ...names: readonly string[]): void => {
  node.attribute = node.attribute.filter(({ name }) => !names.includes(name));
};

const say = (node: NodeProto, name: string, text: string): void => {
  node.attribute.push(create(AttributeProtoSchema, { name, type: Kind.STRING, s: new TextEncoder().encode(text) }));
};

/** Makes an input of an attribute with whole numbers. */
const axesToInput = (attribute: string): Upgrade['apply'] => (node, { constant }) => {
  const values = integersOf(node, attribute);
  if (values === null) return true;
  node.input = [node.input[0] ?? '', constant(node, attribute, 'int64', values)];
  drop(node, attribute);
  return true;
};

/** Upsample and the first Resize are what today's Resize does with these two words. */
const toResize: Upgrade['apply'] = (node, { constant }) => {
  const scales = attributeOf(node, 'scales')?.floats;
  const given = scales ? constant(node, 'scales', 'float32', scales) : node.input[1];
  if (!given) return false;
  node.opType = 'Resize';
  node.input = [node.input[0] ?? '', '', given];
  drop(node, 'scales');
  say(node, 'coordinate_transformation_mode', 'asymmetric');
  if (!node.attribute.some(({ name, s }) => name === 'mode' && new TextDecoder().decode(s) === 'linear')) say(node, 'nearest_mode', 'floor');
  return true;
};

/** Before, all dimensions from the axis on were taken together; today it is one. */
const softmax: Upgrade['apply'] = (node, { rank }) => {
  const dimensions = rank(node.input[0] ?? '');
  const axis = integerOf(node, 'axis', 1);
  if (dimensions === null || (axis !== -1 && axis !== dimensions - 1)) return false;
  if (!attributeOf(node, 'axis')) node.attribute.push(create(AttributeProtoSchema, { name: 'axis', type: Kind.INT, i: -1n }));
  return true;
};

const upgrades: Readonly<Record<string, Upgrade>> = {
  BatchNormalization: { before: 9, apply: (node) => { const whole = integerOf(node, 'spatial', 1) === 1; drop(node, 'spatial'); return whole; } },
  Slice: { before: 10, apply: (node, { constant }) => {
    // "To the end" is written as the largest of all integers, which a number does not hold.
    const [starts, ends, axes] = ['starts', 'ends', 'axes'].map((name) =>
      integersOf(node, name)?.map((value) => Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))));
    if (!starts || !ends) return false;
    node.input = [node.input[0] ?? '', constant(node, 'starts', 'int64', starts), constant(node, 'ends', 'int64', ends), constant(node, 'axes', 'int64', axes ?? starts.map((_, n) => n))];
    drop(node, 'starts', 'ends', 'axes');
    return true;
  } },
  TopK: { before: 10, apply: (node, { constant }) => {
    if (node.input.length === 1) node.input = [node.input[0] ?? '', constant(node, 'k', 'int64', [integerOf(node, 'k', 1)])];
    drop(node, 'k');
    return true;
  } },
  Upsample: { before: modern, apply: toResize },
  Resize: { before: 11, apply: toResize },
  Clip: { before: 11, apply: (node, { constant }) => {
    const ends = ['min', 'max'].map((name) => { const found = attributeOf(node, name); return found ? constant(node, name, 'float32', [found.f], true) : ''; });
    node.input = [node.input[0] ?? '', ...ends];
    drop(node, 'min', 'max');
    return true;
  } },
  Pad: { before: 11, apply: (node, { constant }) => {
    const pads = integersOf(node, 'pads');
    if (!pads) return false;
    node.input = [node.input[0] ?? '', constant(node, 'pads', 'int64', pads), constant(node, 'value', 'float32', [attributeOf(node, 'value')?.f ?? 0], true)];
    drop(node, 'pads', 'value');
    return true;
  } },
  Scatter: { before: 11, apply: (node) => { node.opType = 'ScatterElements'; return true; } },
  Dropout: { before: 12, apply: (node) => { drop(node, 'ratio'); return true; } },
  Softmax: { before: 13, apply: softmax },
  LogSoftmax: { before: 13, apply: softmax },
  Hardmax: { before: 13, apply: softmax },
  Squeeze: { before: 13, apply: axesToInput('axes') },
  Unsqueeze: { before: 13, apply: axesToInput('axes') },
  ReduceSum: { before: 13, apply: axesToInput('axes') },
  Split: { before: 13, apply: axesToInput('split') },
};

export const opsetOf = (model: ModelProto): number =>
  Number(model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0n);

/**
 * Brings an older model to version 13 of ONNX's operators, in place: every operator that changed its
 * form since version 7 gets its new one. Where one cannot, the model is left as it is; gives whether
 * it is modern now. `inputs` gives the dimensions of every input.
 */
export const modernise = (model: ModelProto, inputs: ReadonlyMap<string, readonly number[]>): boolean => {
  const { graph } = model;
  const opset = opsetOf(model);
  if (!graph || opset >= modern) return true;
  if (opset < oldest || model.functions.length > 0 || innerNeedsWork(graph, opset)) return false;
  const shapes = inferShapes(model, inputs);
  const fresh = freshNames(graph);
  const constants: ReturnType<typeof makeTensor>[] = [];
  const context: Context = {
    rank: (value) => shapes.get(value)?.dims.length ?? null,
    constant: (node, part, type, values, scalar = false) => {
      const name = fresh(`${layerName(node)}.${part}`);
      constants.push(makeTensor(name, type, scalar ? [] : [values.length], values));
      return name;
    },
  };
  const before = graph.node.map(({ opType, input, attribute }) => ({ opType, input: [...input], attribute: [...attribute] }));
  const done = graph.node.every((node) => {
    const upgrade = upgradeOf(node);
    return !upgrade || opset >= upgrade.before || upgrade.apply(node, context);
  });
  if (!done) {
    graph.node.forEach((node, n) => Object.assign(node, before[n]));
    return false;
  }
  graph.initializer.push(...constants);
  for (const each of model.opsetImport) if (each.domain === '' || each.domain === 'ai.onnx') each.version = BigInt(modern);
  return true;
};

const upgradeOf = (node: NodeProto): Upgrade | undefined => (Object.hasOwn(upgrades, operatorOf(node)) ? upgrades[operatorOf(node)] : undefined);

const innerNeedsWork = (graph: GraphProto, opset: number): boolean => {
  let needs = false;
  visitGraphs(graph, (each) => {
    if (each !== graph) needs ||= each.node.some((node) => opset < (upgradeOf(node)?.before ?? 0));
  });
  return needs;
};
