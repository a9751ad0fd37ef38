import { fromBinary } from '@bufbuild/protobuf';
import { OnnxError } from './error.js';
import {
  ModelProtoSchema, TensorProto_DataLocation, type GraphProto, type ModelProto, type NodeProto, type TensorProto, type ValueInfoProto,
} from './generated/onnx_pb.js';
import { elementTypeOf, type TensorType } from './types.js';
import { scanWire, type WireLimits } from './wire.js';

export type ReadLimits = WireLimits & {
  readonly fileBytes: number;
  readonly nodes: number;
  /** Elements of any one declared tensor: the product of its dimensions. */
  readonly elements: number;
};

/** Room for every detector that runs on a desk, none for a file made to exhaust the machine. */
export const readLimits: ReadLimits = {
  fileBytes: 1024 ** 3,
  nodes: 100_000,
  elements: 2 ** 29,
  depth: 64,
  messages: 1_000_000,
  values: 8_000_000,
};

/**
 * Decodes the bytes of an .onnx file and checks it against `limits`. Weights stay views into
 * `bytes`. Throws OnnxError.
 */
export const readModel = (bytes: Uint8Array, limits: ReadLimits = readLimits): ModelProto => {
  if (bytes.length === 0) throw new OnnxError('empty', 'The file is empty.');
  if (bytes.length > limits.fileBytes) {
    throw new OnnxError('too-large', `The file has ${bytes.length} bytes; at most ${limits.fileBytes} are read.`);
  }
  scanWire(bytes, ModelProtoSchema, limits);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new OnnxError('not-onnx', 'The file is no ONNX model: it cannot be decoded.', { cause: error });
  }
  const { graph } = model;
  if (!graph || model.irVersion === 0n) {
    throw new OnnxError('no-graph', 'The file is no ONNX model: it holds no graph.');
  }
  checkGraph(graph, limits);
  return model;
};

const checkGraph = (graph: GraphProto, limits: ReadLimits): void => {
  let nodes = 0;
  visitGraphs(graph, (each) => {
    nodes += each.node.length;
    if (nodes > limits.nodes) throw new OnnxError('too-many-parts', `The model has more than ${limits.nodes} nodes.`);
    for (const tensor of each.initializer) checkSize(tensor.name, tensor.dims.map(Number), limits);
    for (const value of [...each.input, ...each.output, ...each.valueInfo]) {
      const { dims } = tensorType(value);
      if (dims) checkSize(value.name, dims.map((dim) => (typeof dim === 'number' ? dim : 1)), limits);
    }
  });
};

const checkSize = (name: string, dims: readonly number[], limits: ReadLimits): void => {
  const odd = dims.find((dim) => !Number.isSafeInteger(dim) || dim < 0);
  if (odd !== undefined) throw new OnnxError('bad-shape', `The tensor '${name}' declares a dimension of ${odd}.`);
  // Divided rather than multiplied out: the product may be beyond every number.
  let room = limits.elements;
  for (const dim of dims) room = dim === 0 ? Number.POSITIVE_INFINITY : room / dim;
  if (room < 1) {
    throw new OnnxError('too-large', `The tensor '${name}' would have ${dims.join(' x ')} elements; at most ${limits.elements} are allowed.`);
  }
};

/** Calls `visit` for a graph and every graph within its nodes (branches, loop bodies). */
export const visitGraphs = (graph: GraphProto, visit: (graph: GraphProto) => void): void => {
  visit(graph);
  for (const node of graph.node) {
    for (const attribute of node.attribute) {
      if (attribute.g) visitGraphs(attribute.g, visit);
      for (const inner of attribute.graphs) visitGraphs(inner, visit);
    }
  }
};

/** Every node of a model, those of inner graphs and of the model's own functions included. */
export const allNodes = (model: ModelProto): readonly NodeProto[] => {
  const nodes: NodeProto[] = model.functions.flatMap((one) => one.node);
  if (model.graph) visitGraphs(model.graph, (graph) => nodes.push(...graph.node));
  return nodes;
};

/** Type and dimensions of a declared input, output or value. */
export const tensorType = (value: ValueInfoProto): TensorType => {
  const { name } = value;
  if (value.type?.value.case !== 'tensorType') return { name, type: null, dims: null };
  const { elemType, shape } = value.type.value.value;
  const dims = shape?.dim.map(({ value: dim }) => {
    if (dim.case === 'dimValue') return Number(dim.value);
    return dim.case === 'dimParam' && dim.value !== '' ? dim.value : null;
  });
  return { name, type: elementTypeOf(elemType), dims: dims ?? null };
};

/** The inputs a caller must feed: declared ones that are not weights. */
export const modelInputs = (model: ModelProto): readonly TensorType[] => {
  const weights = new Set(model.graph?.initializer.map((tensor) => tensor.name));
  return (model.graph?.input ?? []).filter((input) => !weights.has(input.name)).map(tensorType);
};

export const modelOutputs = (model: ModelProto): readonly TensorType[] => (model.graph?.output ?? []).map(tensorType);

export const modelMetadata = (model: ModelProto): Readonly<Record<string, string>> =>
  Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value]));

/** Operator sets that are not ONNX's own: nodes of these need a library that onnxruntime may not have. */
export const foreignDomains = (model: ModelProto): readonly string[] => {
  const own = new Set(model.functions.map((one) => one.domain));
  const domains = new Set(allNodes(model).map((node) => node.domain));
  return [...domains].filter((domain) => domain !== '' && domain !== 'ai.onnx' && !own.has(domain));
};

/** A part of a model that lies in another file. */
export type ExternalData = { readonly tensor: string; readonly location: string };

/**
 * Tensors that lie in other files. Throws OnnxError where a location leaves the model's folder;
 * whether a link inside the folder leads out is for the caller to see.
 */
export const externalData = (model: ModelProto): readonly ExternalData[] => {
  const found: ExternalData[] = [];
  const look = (tensor: TensorProto): void => {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return;
    const location = tensor.externalData.find(({ key }) => key === 'location')?.value ?? '';
    if (!staysInside(location)) {
      throw new OnnxError('external-data', `The weights '${tensor.name}' are said to be in '${location}', outside the model's folder.`);
    }
    found.push({ tensor: tensor.name, location });
  };
  const lookAtNode = (node: NodeProto): void => {
    for (const attribute of node.attribute) {
      if (attribute.t) look(attribute.t);
      attribute.tensors.forEach(look);
    }
  };
  const lookAtGraph = (graph: GraphProto): void => {
    graph.initializer.forEach(look);
    for (const sparse of graph.sparseInitializer) {
      if (sparse.values) look(sparse.values);
      if (sparse.indices) look(sparse.indices);
    }
  };
  if (model.graph) visitGraphs(model.graph, lookAtGraph);
  allNodes(model).forEach(lookAtNode);
  return found;
};

/** Whether a relative path names something below the folder it is relative to, on any platform. */
const staysInside = (location: string): boolean => {
  if (location === '' || /^[a-zA-Z]:|^[\\/]|\0/.test(location)) return false;
  return !location.split(/[\\/]/).includes('..');
};
