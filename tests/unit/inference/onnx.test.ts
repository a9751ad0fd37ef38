import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../../models/onnx/build.js';
import { TensorProto_DataLocation } from '../../../models/onnx/generated/onnx_pb.js';
import { OnnxError, type OnnxFault } from '../../../models/onnx/error.js';
import { allNodes, externalData, foreignDomains, modelInputs, modelMetadata, modelOutputs, readLimits, readModel } from '../../../models/onnx/read.js';
import { makeTensor } from '../../../models/onnx/tensor.js';
import { writeModel } from '../../../models/onnx/write.js';

const shipped = new Uint8Array(readFileSync('tests/models/zoo/first-256.onnx'));
const fault = (bytes: Uint8Array, limits = readLimits): OnnxFault | null => {
  try {
    readModel(bytes, limits);
    return null;
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
    return error.fault;
  }
};

const small = () => buildModel({ name: 'small', metadata: { a: 'b' } }, (graph) => {
  const image = graph.input('image', 'uint8', ['n', 4, null, 3]);
  const weights = graph.constant('float32', [2, 2], [1, 2, 3, 4], 'weights');
  graph.output('y', graph.node('MatMul', [graph.node('Cast', [image], { to: { int: 1 } }), weights]), 'float32', ['n', 2]);
});

describe('the shipped model', () => {
  const model = readModel(shipped);

  it('is read', () => {
    expect(modelInputs(model)).toEqual([{ name: 'image', type: 'uint8', dims: ['n', 256, 256, 3] }]);
    expect(modelOutputs(model).map(({ name }) => name)).toEqual(['boxes', 'scores']);
    expect(allNodes(model)).toHaveLength(261);
    expect(allNodes(model).filter((node) => node.opType === 'Conv')).toHaveLength(62);
    expect(foreignDomains(model)).toEqual([]);
    expect(externalData(model)).toEqual([]);
  });

  it('is written back to the same bytes', () => {
    expect(Buffer.compare(writeModel(model), shipped)).toBe(0);
  });

  it('keeps its weights as views of the file', () => {
    expect(model.graph?.initializer[0]?.rawData.buffer).toBe(shipped.buffer);
  });
});

describe('what was built', () => {
  it('is read back', () => {
    const model = readModel(writeModel(small()));
    expect(modelInputs(model)).toEqual([{ name: 'image', type: 'uint8', dims: ['n', 4, null, 3] }]);
    expect(modelMetadata(model)).toEqual({ a: 'b' });
    expect(allNodes(model).map(({ opType }) => opType)).toEqual(['Cast', 'MatMul', 'Identity']);
  });

  it('refuses a constant whose values do not fill it', () => {
    expect(() => makeTensor('x', 'float32', [2, 2], [1])).toThrow('2 x 2 holds 4 values; 1 were given');
  });

  it('does not take weights for inputs', () => {
    const model = small();
    model.graph?.input.push({ ...model.graph.input[0]!, name: 'weights' });
    expect(modelInputs(model).map(({ name }) => name)).toEqual(['image']);
  });
});

describe('limits', () => {
  it('are kept', () => {
    expect(fault(new Uint8Array(0))).toBe('empty');
    expect(fault(shipped, { ...readLimits, fileBytes: 1000 })).toBe('too-large');
    expect(fault(shipped, { ...readLimits, nodes: 260 })).toBe('too-many-parts');
    expect(fault(shipped, { ...readLimits, messages: 500 })).toBe('too-many-parts');
    expect(fault(shipped, { ...readLimits, values: 1000 })).toBe('too-many-parts');
    expect(fault(shipped, { ...readLimits, elements: 1000 })).toBe('too-large');
    expect(fault(shipped, { ...readLimits, depth: 2 })).toBe('too-deep');
    expect(fault(shipped)).toBeNull();
  });

  it('hold against a small file that unfolds into millions of nodes', () => {
    // A graph (field 7) of 8 million empty nodes (field 1): 16 MB.
    const nodes = 8_000_000;
    const bytes = new Uint8Array(8 + nodes * 2);
    bytes.set([0x08, 0x08, 0x3a]);
    let length = nodes * 2;
    let at = 3;
    for (; length > 127; length >>>= 7) bytes[at++] = (length & 127) | 128;
    bytes[at++] = length;
    for (let n = 0; n < nodes; n++) bytes[at + n * 2] = 0x0a;
    const start = performance.now();
    expect(fault(bytes.subarray(0, at + nodes * 2))).toBe('too-many-parts');
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('hold against graphs within graphs', () => {
    let inner: Uint8Array = Uint8Array.from([]);
    const wrap = (field: number, content: Uint8Array): Uint8Array => {
      const head: number[] = [field * 8 + 2];
      let { length } = content;
      for (; length > 127; length >>>= 7) head.push((length & 127) | 128);
      return Uint8Array.from([...head, length, ...content]);
    };
    // graph.node.attribute.g, a thousand times
    for (let n = 0; n < 1000; n++) inner = wrap(1, wrap(5, wrap(6, inner)));
    expect(fault(wrap(7, inner))).toBe('too-deep');
  });
});

describe('external data', () => {
  const located = (location: string) => {
    const model = small();
    const tensor = model.graph!.initializer[0]!;
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    tensor.externalData.push({ $typeName: 'onnx.StringStringEntryProto', key: 'location', value: location });
    return model;
  };
  it.each(['../x', 'a/../../x', '/etc/passwd', '\\\\server\\x', 'C:x', 'c:\\x', '', 'a\0b', 'a\\..\\..\\b'])('may not be at %j', (location) => {
    expect(() => externalData(located(location))).toThrow(OnnxError);
  });
  it.each(['x.bin', 'weights/x.bin', '..x', './x'])('may be at %j', (location) => {
    expect(externalData(located(location))).toEqual([{ tensor: 'weights', location }]);
  });
});

describe('damaged bytes', () => {
  const bytes = writeModel(small());

  it('cut off anywhere give a typed error or a model, never anything else', () => {
    for (let length = 0; length < bytes.length; length++) fault(bytes.subarray(0, length));
  });

  it('changed anywhere give a typed error or a model, never anything else', () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const faults = new Set<OnnxFault | null>();
    for (let round = 0; round < 4000; round++) {
      const changed = Uint8Array.from(bytes);
      for (let n = 0; n <= random(4); n++) changed[random(changed.length)] = random(256);
      if (round % 3 === 0) changed.copyWithin(random(changed.length), random(changed.length), random(changed.length));
      faults.add(fault(changed));
    }
    expect(faults.size).toBeGreaterThan(3);
  });
});
