import { clone } from '@bufbuild/protobuf';
import { ModelProtoSchema, type GraphProto, type ModelProto, type NodeProto } from '../onnx/generated/onnx_pb.js';
import { makeTensor } from '../onnx/tensor.js';
import { freshNames, layerName, makeNode, operatorOf, quantizeDomain, sweep, wiringOf, type Wiring } from './graph.js';
import { dimsOf, floatsOf } from './numbers.js';
import type { Plan } from './plan.js';
import { dataOf } from './rules.js';
import type { Scale } from './scale.js';
import { bytesOfWeights, integersOfBiases } from './weights.js';

/**
 * The model with its planned nodes between QuantizeLinear and DequantizeLinear (QDQ form): activations
 * as uint8, weights as int8 with a scale for each output channel, biases as int32 with the scale of the
 * products. `scales` has every value of the plan's groups, and those that are bytes already.
 */
export const insertBytes = (model: ModelProto, plan: Plan, scales: ReadonlyMap<string, Scale>): ModelProto => {
  const copy = clone(ModelProtoSchema, model);
  const { graph } = copy;
  if (!graph || !model.graph) return copy;
  const inserter = createInserter(copy, graph, scales);
  // The plan speaks of the nodes of the model it was made for; the copy has them in the same places.
  const places = new Map(model.graph.node.map((node, n) => [node, n]));
  const placeOf = (node: NodeProto): number => {
    const place = places.get(node);
    if (place === undefined) throw new RangeError(`The plan was made for another model: '${layerName(node)}' is not in this one.`);
    return place;
  };
  const planned = new Map(plan.nodes.map((each) => [placeOf(each.node), each]));
  const gone = new Set(plan.nodes.flatMap(({ clamp }) => (clamp ? [placeOf(clamp)] : [])));
  const made = new Set(plan.nodes.flatMap(({ results }) => results));
  const given = new Set(plan.nodes.flatMap(({ node, rule }) => dataOf(node, rule)).filter((name) => !made.has(name)));

  const nodes: NodeProto[] = graph.input.flatMap(({ name }) => (given.has(name) ? inserter.branch(name) : []));
  graph.node.forEach((node, place) => {
    if (gone.has(place)) return;
    const each = planned.get(place);
    if (each) {
      nodes.push(...inserter.convolutionWeights(node));
      node.input = node.input.map((name, n) => (each.rule.data === 'first' && n > 0 ? name : inserter.read(name)));
      node.output = each.results.map((name) => inserter.raw(name));
      nodes.push(node, ...each.results.flatMap((name) => inserter.replace(name)));
    } else {
      nodes.push(node);
    }
    for (const name of node.output) if (!each && given.has(name) && !inserter.isBytes(name)) nodes.push(...inserter.branch(name));
  });
  graph.node = nodes;
  sweep(graph);
  return copy;
};

const createInserter = (model: ModelProto, graph: GraphProto, scales: ReadonlyMap<string, Scale>) => {
  const wiring: Wiring = wiringOf(graph);
  const fresh = freshNames(graph);
  const domain = quantizeDomain(model);
  const readAs = new Map<string, string>();
  const rawOf = new Map<string, string>();
  const weightsOf = new Map<string, { readonly name: string; readonly scales: Float32Array }>();
  const numbersOf = new Map<string, readonly [string, string]>();
  /** Values that come out of a DequantizeLinear already. */
  const isBytes = (name: string): boolean => {
    const producer = wiring.producer.get(name);
    return producer !== undefined && operatorOf(producer).endsWith('DequantizeLinear');
  };

  /** Scale and zero of a value as constants. Equal ones are shared. */
  const constants = (name: string): readonly [string, string] => {
    const scale = scales.get(name);
    if (!scale) throw new RangeError(`The value '${name}' has no scale.`);
    const key = `${scale.scale}:${scale.zeroPoint}`;
    const known = numbersOf.get(key);
    if (known) return known;
    const made = [fresh(`${name}/scale`), fresh(`${name}/zero`)] as const;
    graph.initializer.push(makeTensor(made[0], 'float32', [], [scale.scale]), makeTensor(made[1], 'uint8', [], [scale.zeroPoint]));
    numbersOf.set(key, made);
    return made;
  };

  const pair = (from: string, name: string, to: string): readonly NodeProto[] => {
    const [scale, zero] = constants(name);
    const bytes = fresh(`${name}/bytes`);
    return [
      makeNode('QuantizeLinear', fresh(`${name}/quantize`), [from, scale, zero], [bytes], { domain }),
      makeNode('DequantizeLinear', fresh(`${name}/dequantize`), [bytes, scale, zero], [to], { domain }),
    ];
  };

  const weightBytes = (name: string, values: Float32Array, dims: readonly number[], biases: Float32Array | null, inputScale: number) => {
    const known = weightsOf.get(name);
    const { values: bytes, scales: used } = bytesOfWeights(values, dims, biases, inputScale);
    if (known?.scales.every((each, n) => each === used[n])) return { ...known, nodes: [] };
    const [whole, scale, zero, result] = [fresh(`${name}/int8`), fresh(`${name}/scales`), fresh(`${name}/zeros`), fresh(`${name}/dequantized`)];
    graph.initializer.push(
      makeTensor(whole, 'int8', dims, bytes), makeTensor(scale, 'float32', [used.length], used), makeTensor(zero, 'int8', [used.length], new Int8Array(used.length)),
    );
    const made = { name: result, scales: used };
    weightsOf.set(name, made);
    return { ...made, nodes: [makeNode('DequantizeLinear', fresh(`${name}/dequantize`), [whole, scale, zero], [result], { integers: { axis: 0 }, domain })] };
  };

  return {
    isBytes,
    /** What a planned node reads for a value. */
    read: (name: string): string => readAs.get(name) ?? name,
    /** Where a planned node puts a result before it becomes bytes. */
    raw: (name: string): string => {
      const raw = fresh(`${name}/raw`);
      rawOf.set(name, raw);
      return raw;
    },
    /** Makes the value of this name out of its raw form. */
    replace: (name: string): readonly NodeProto[] => pair(rawOf.get(name) ?? name, name, name),
    /** A value that stays, with bytes beside it for those who want them. */
    branch: (name: string): readonly NodeProto[] => {
      const result = fresh(`${name}/dequantized`);
      readAs.set(name, result);
      return pair(name, name, result);
    },
    /** Exchanges a convolution's weights and biases for whole numbers. */
    convolutionWeights: (node: NodeProto): readonly NodeProto[] => {
      const weight = operatorOf(node) === 'Conv' ? wiring.constants.get(node.input[1] ?? '') : undefined;
      const values = weight && floatsOf(weight);
      const inputScale = scales.get(node.input[0] ?? '')?.scale;
      if (!values || inputScale === undefined) return [];
      const bias = wiring.constants.get(node.input[2] ?? '');
      const biases = bias ? floatsOf(bias) : null;
      const { name, scales: used, nodes } = weightBytes(weight.name, values, dimsOf(weight), biases, inputScale);
      if (!biases) {
        node.input = [node.input[0] ?? '', name];
        return nodes;
      }
      const label = `${layerName(node)}/bias`;
      const [whole, scale, zero, result] = [fresh(`${label}.int32`), fresh(`${label}.scales`), fresh(`${label}.zeros`), fresh(`${label}.dequantized`)];
      graph.initializer.push(
        makeTensor(whole, 'int32', [biases.length], integersOfBiases(biases, inputScale, used)),
        makeTensor(scale, 'float32', [used.length], used.map((each) => each * inputScale)),
        makeTensor(zero, 'int32', [used.length], new Int32Array(used.length)),
      );
      node.input = [node.input[0] ?? '', name, result];
      return [...nodes, makeNode('DequantizeLinear', fresh(`${label}/dequantize`), [whole, scale, zero], [result], { integers: { axis: 0 }, domain })];
    },
  };
};
