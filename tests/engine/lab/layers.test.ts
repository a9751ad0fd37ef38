import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { milliseconds, type LayerRow } from '../../../electron/engine/contract/contract.js';
import { nodeChildren } from '../../../electron/engine/children.js';
import { benchOpener } from '../../../electron/engine/lab/bench.js';
import { layerRows, measureLayers, type LayersOutcome } from '../../../electron/engine/lab/layers.js';
import { traceBack } from '../../../electron/engine/lab/layers-trace.js';
import type { OpenSubject, Profile } from '../../../electron/engine/lab/types.js';
import { fileCost } from '../../../models/cost/file-cost.js';
import { toOnnx, type ModelForm } from '../../../models/networks/to-onnx.js';
import { seededWeights } from '../../../models/networks/weights.js';
import { buildModel } from '../../../models/onnx/build.js';
import type { ModelProto } from '../../../models/onnx/generated/onnx_pb.js';
import { readModel } from '../../../models/onnx/read.js';
import { writeModel } from '../../../models/onnx/write.js';
import { findNetwork } from '../../../models/reference/catalogue.js';

const folder = mkdtempSync(join(tmpdir(), 'layers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const softwareVulkan = '/usr/lib/chromium/vk_swiftshader_icd.json';
const openBench = benchOpener(nodeChildren, folder);

const network = (id: string, form: ModelForm = {}): OpenSubject => {
  const built = findNetwork(id)!.build({ width: 64, height: 64 });
  const model = toOnnx(built, seededWeights(built, 1), { batch: 1, ...form });
  const image = form.input === 'numbers' ? [1, 3, 64, 64] : [1, 64, 64, 3];
  return { title: id, model, source: writeModel(model), inputs: { image }, trained: false };
};

const file = (name: string, inputs: OpenSubject['inputs']): OpenSubject | null => {
  const path = `../shared/models/${name}`;
  return existsSync(path) ? { title: name, model: readModel(readFileSync(path)), source: path, inputs, trained: true } : null;
};

const measure = (subject: OpenSubject, provider: 'cpu' | 'webgpu' = 'cpu'): Promise<LayersOutcome> => measureLayers(subject, {
  runner: { provider, threads: provider === 'cpu' ? 1 : null }, runs: 2, openBench, progress: () => undefined, signal: new AbortController().signal,
});

const titles = (model: ModelProto): readonly string[] => model.graph!.node.map((node) => node.name || node.output[0]!);

/** Every node of the file is part of exactly one row, and the rows cost what the file costs. */
const expectWhole = ({ model, inputs }: OpenSubject, rows: readonly LayerRow[]): void => {
  const cost = fileCost(model, new Map(Object.entries(inputs)));
  expect(rows.flatMap(({ parts }) => parts).sort()).toEqual([...titles(model)].sort());
  for (const key of ['parameters', 'multiplyAdds', 'memoryAccess'] as const) {
    expect(rows.reduce((sum, row) => sum + (row[key] ?? 0), 0), key).toBe(cost[key]);
  }
  expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
};

describe('layers', () => {
  it.each([
    ['vovnetv2-39', {}], ['vovnetv2-19-slim-dw', { keepNorm: true }], ['vovnet-27-slim', { input: 'numbers' }],
    ['densenet-121', {}], ['resnet-50', { keepNorm: true }], ['peleenet', {}], ['mobilenet-v2', {}],
  ] as const)('of %s add up to the file', async (id, form) => {
    const subject = network(id, form);
    const { rows, whole, nodes } = await measure(subject);
    expectWhole(subject, rows);
    expect(whole).toBeGreaterThan(0);
    expect(nodes).toEqual([{ provider: 'CPU', nodes: rows.length }]);
    // What has no part in the file changes where data lies, and nothing else.
    for (const { parts, operator, multiplyAdds } of rows) {
      if (parts.length === 0) expect([operator, multiplyAdds]).toEqual([expect.stringMatching(/^(Reorder|Reshape|Transpose)/), null]);
    }
  });

  it('of a VoVNet have our names, and belong to their modules', async () => {
    const subject = network('vovnetv2-39');
    const { rows } = await measure(subject);
    const aggregate = rows.find(({ name }) => name === 'stage5.module2.aggregate')!;
    expect(aggregate.parts[0]).toBe('stage5.module2.aggregate/conv');
    expect(aggregate.parts).toContain('stage5.module2.aggregate/relu');
    expect([...new Set(rows.flatMap(({ module }) => module ?? []))]).toEqual(
      ['stage2.module1', 'stage3.module1', 'stage4.module1', 'stage4.module2', 'stage5.module1', 'stage5.module2']);
    const inModules = rows.filter(({ module }) => module !== null);
    expect(inModules.every(({ name, module }) => name.startsWith(`${module!}.`))).toBe(true);
    expect(rows.filter(({ name, parts }) => parts.length > 0 && name.startsWith('stage') && !name.endsWith('.pool')).every(({ module }) => module !== null)).toBe(true);
  });

  const foreign = file('foreign-face-slim-320.onnx', { input: [1, 3, 240, 320] });
  it.skipIf(foreign === null)('of a foreign file whose nodes have no names add up too, with and without the optimised graph (needs ../shared/models)', async () => {
    const { rows, nodes } = await measure(foreign!);
    expectWhole(foreign!, rows);
    expect(nodes[0]!.nodes).toBe(rows.length);
    expect(rows.every(({ module }) => module === null)).toBe(true);
    const bench = await openBench({ source: foreign!.source, inputs: foreign!.inputs, provider: 'cpu', threads: 1 });
    const profile = await bench.profile(1).finally(() => bench.dispose());
    expect(profile.optimised).not.toBeNull();
    expectWhole(foreign!, layerRows(foreign!, { ...profile, optimised: null }));
    // A graph that cannot be read is as good as none.
    expectWhole(foreign!, layerRows(foreign!, { ...profile, optimised: Uint8Array.of(1, 2, 3) }));
  });

  const first = file('first-256.onnx', { image: [1, 256, 256, 3] });
  it.skipIf(first === null)('of a trained detector find its modules by structure (needs ../shared/models)', async () => {
    const { rows } = await measure(first!);
    expectWhole(first!, rows);
    expect([...new Set(rows.flatMap(({ module }) => module ?? []))].sort()).toEqual(
      ['/m/bu.0', '/m/bu.1', '/m/st.0', '/m/st.1', '/m/st.2', '/m/st.3', '/m/td.0', '/m/td.1']);
    expect(rows.find(({ operator }) => operator === 'ReorderOutput')!.name).toBe('/m/st.0/p/p.0/Conv (ReorderOutput)');
  });

  it.runIf(existsSync(softwareVulkan))(`on WebGPU add up too, in the device's own times (needs ${softwareVulkan})`, async () => {
    process.env['VK_ICD_FILENAMES'] = softwareVulkan;
    const subject = network('vovnetv2-19-slim-dw', { input: 'numbers' });
    const { rows, nodes } = await measure(subject, 'webgpu');
    expectWhole(subject, rows);
    expect(nodes[0]!.provider).toBe('WebGpu');
    // The time of handing over is in the first node that waits; the device's times are everywhere.
    expect(rows.filter(({ multiplyAdds }) => (multiplyAdds ?? 0) > 0).every(({ time }) => time > 0)).toBe(true);
    expect(Math.max(...rows.map(({ share }) => share))).toBeLessThan(0.9);
  });

  it('end with the signal\'s own reason', async () => {
    const abort = new AbortController();
    const cancelled = measureLayers(network('resnet-50'), {
      runner: { provider: 'cpu', threads: 1 }, runs: 2, openBench, signal: abort.signal, progress: (step) => { if (step.startsWith('Timing')) abort.abort(); },
    });
    expect(await cancelled.catch((error: unknown) => error)).toBe(abort.signal.reason);
  });
});

describe('tracing back', () => {
  /** x -> a (1x1) -> add(x) -> relu -> b (1x1) -> y */
  const residual = buildModel({ name: 'residual' }, (graph) => {
    const x = graph.input('x', 'float32', [1, 4, 2, 2]);
    const weight = (name: string): string => graph.constant('float32', [4, 4, 1, 1], new Float32Array(16), name);
    const a = graph.node('Conv', [x, weight('a.w')], { kernel_shape: { ints: [1, 1] } }, 'a');
    const sum = graph.node('Add', [a, x], {}, 'sum');
    const relu = graph.node('Relu', [sum], {}, 'relu');
    const padded = graph.node('Pad', [relu, graph.constant('int64', [8], new Array<number>(8).fill(0), 'pads')], {}, 'padded');
    graph.output('y', graph.node('Conv', [padded, weight('b.w')], { kernel_shape: { ints: [1, 1] } }, 'b', 'y'), 'float32', [1, 4, 2, 2]);
  });
  const trace = (...ran: readonly [name: string, operator: string, inputs: readonly string[], outputs: readonly string[]][]) =>
    traceBack(residual.graph!, ran.map(([name, operator, inputs, outputs]) => ({ name, operator, inputs, outputs })))
      .map((parts) => parts.map((at) => residual.graph!.node[at]!.name));

  it('gives a sum to the convolution before it, and padding to the one after it', () => {
    expect(trace(['a_nchwc', 'Conv', ['x'], ['reorder_1']], ['y_nchwc', 'Conv', ['reorder_1'], ['reorder_2']], ['ReorderOutput', 'ReorderOutput', ['reorder_2'], ['y']]))
      .toEqual([['a', 'sum', 'relu'], ['b', 'padded'], []]);
  });

  it('knows nodes by what they give out, by their names, and by names made longer', () => {
    expect(trace(['', 'FusedConv', ['x'], ['relu']], ['b_token_7', 'Conv', [], []])).toEqual([['relu', 'sum', 'a'], ['b', 'padded']]);
    expect(trace(['q', 'Conv', ['x'], ['relu_token_3']], ['', 'Conv', [], ['y']])).toEqual([['relu', 'sum', 'a'], ['b', 'padded']]);
  });

  it('gives nothing twice, and nothing to what it does not know', () => {
    expect(trace(['a', 'Conv', [], ['a']], ['a', 'Conv', [], ['a']], ['strange', 'Strange', [], []], ['y', 'Conv', [], ['y']]))
      .toEqual([['a', 'sum', 'relu'], [], [], ['b', 'padded']]);
    expect(trace()).toEqual([]);
  });

  it('costs a row the sum of its parts and names it after the heaviest', () => {
    const profile: Profile = {
      optimised: null,
      nodes: [
        { name: 'a_nchwc', operator: 'Conv', provider: 'CPUExecutionProvider', times: [3, 1, 2].map(milliseconds) },
        { name: 'MemcpyToHost', operator: 'MemcpyToHost', provider: 'CPUExecutionProvider', times: [milliseconds(2)] },
        { name: 'b', operator: 'Conv', provider: 'WebGpuExecutionProvider', times: [milliseconds(4)] },
      ],
    };
    const rows = layerRows({ model: residual, inputs: { x: [1, 4, 2, 2] } }, profile);
    expect(rows.map(({ name, parts, time, share, multiplyAdds, memoryAccess, provider }) => ({ name, parts, time, share, multiplyAdds, memoryAccess, provider }))).toEqual([
      // Eq. 1 for the convolution, two reads and a write for the sum, one of each for the ReLU.
      { name: 'a', parts: ['a', 'sum', 'relu'], time: 2, share: 0.25, multiplyAdds: 64, memoryAccess: 16 + 16 + 16 + 48 + 32, provider: 'CPU' },
      { name: 'MemcpyToHost', parts: [], time: 2, share: 0.25, multiplyAdds: null, memoryAccess: null, provider: 'CPU' },
      { name: 'b', parts: ['b', 'padded'], time: 4, share: 0.5, multiplyAdds: 64, memoryAccess: 48 + 16 + 8 + 16, provider: 'WebGpu' },
    ]);
  });
});
