import { describe, expect, it } from 'vitest';
import { difference } from '../../../electron/engine/inference/agreement.js';
import { nameLists, namesFromAnswer, namesFromMetadata } from '../../../electron/engine/inference/class-names.js';
import { companionsOf, isRefusal, metadataSize, pictureInput } from '../../../electron/engine/inference/picture-input.js';
import { madeUpPicture } from '../../../electron/engine/inference/picture.js';
import { explainProviderError, plainMessage, providersOf } from '../../../electron/engine/inference/provider-table.js';

describe('class names', () => {
  it('come from Python dicts and JSON', () => {
    expect(namesFromMetadata({ names: "{0: 'person', 1: \"driver's cab\", 2: 'it\\'s', 4: 'x'}" })).toEqual(['person', "driver's cab", "it's", 'class 3', 'x']);
    expect(namesFromMetadata({ classes: '["a","b"]' })).toEqual(['a', 'b']);
    expect(namesFromMetadata({ labels: '{"0": "a", "1": "b"}' })).toEqual(['a', 'b']);
    for (const names of ['', '[]', '{}', '[1, 2]', 'nonsense', '{99999999: "x"}']) expect(namesFromMetadata({ names })).toBeNull();
  });

  it('come from answers', () => {
    expect(namesFromAnswer('coco80', 80)).toHaveLength(80);
    expect(namesFromAnswer('numbers', 3)).toEqual(['class 0', 'class 1', 'class 2']);
    expect(namesFromAnswer(' a \n\n b;c', null)).toEqual(['a', 'b', 'c']);
  });

  it('of COCO and VOC are where they belong', () => {
    const at = (list: string, n: number): string | undefined => nameLists[list]?.names[n];
    expect([at('coco80', 0), at('coco80', 2), at('coco80', 79)]).toEqual(['person', 'car', 'toothbrush']);
    // COCO's own numbers: 3 car, 13 stop sign, 90 toothbrush.
    expect([at('coco90', 2), at('coco90', 12), at('coco90', 89), at('coco91', 90)]).toEqual(['car', 'stop sign', 'toothbrush', 'toothbrush']);
    expect(Object.entries(nameLists).map(([, { names }]) => names.length)).toEqual([80, 90, 91, 20]);
  });
});

describe('what providers say', () => {
  it.each([
    ['cuda', 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library', /^Its libraries are not installed\. It needs an NVIDIA card/],
    ['dml', 'no available backend found. ERR: [dml] backend not found.', /^This build of ONNX Runtime does not contain it\.$/],
    ['webgpu', '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::X()::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters', /^No graphics adapter was found\./],
    ['cuda', 'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version', /^The graphics driver is too old\./],
    ['dml', 'Exception during run: 887A0005 The GPU device instance has been suspended.', /^The graphics device was lost\.$/],
    ['cpu', 'Non-zero status code returned while running Expand node. Name:\'x\' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t) Failed to allocate memory for requested buffer of size 1', /^It ran out of memory\.$/],
  ] as const)('%s: %s', (id, message, sentence) => expect(explainProviderError(id, new Error(message))).toMatch(sentence));

  it('is told without source positions', () => {
    expect(plainMessage('Load model from /a/b.onnx failed:Fatal error: Fancy(-1) is not a registered function/op')).toBe('Load model from /a/b.onnx failed:Fatal error: Fancy(-1) is not a registered function/op.');
    expect(plainMessage('')).toBe('ONNX Runtime gave no reason.');
    expect(plainMessage('x'.repeat(1000)).length).toBe(298);
  });

  it('begins with the CPU on every platform', () => {
    for (const [platform, arch] of [['linux', 'x64'], ['win32', 'x64'], ['darwin', 'arm64'], ['plan9', 'z80']] as const) {
      expect(providersOf(platform, arch)[0]?.id).toBe('cpu');
    }
    expect(providersOf('linux', 'x64').map(({ id }) => id)).toEqual(['cpu', 'webgpu', 'cuda', 'tensorrt']);
  });
});

describe('agreement with the CPU', () => {
  const tensors = (...values: number[]) => ({ boxes: { dims: [values.length], data: Float32Array.from(values) } });
  it('is a share of the range', () => {
    expect(difference(tensors(100, 50), tensors(101, 50), true)).toBeCloseTo(0.01, 6);
    expect(difference(tensors(0.5), tensors(0.4), true)).toBeCloseTo(0.1, 6);
    expect(difference(tensors(1, 2), tensors(2, 1), true)).toBeCloseTo(0.5, 6);
    expect(difference(tensors(1, 2), tensors(2, 1), false)).toBe(0);
  });
  it('is out of the question for other shapes and for what is no number', () => {
    expect(difference(tensors(1, 2), tensors(1), true)).toBe(Number.POSITIVE_INFINITY);
    expect(difference(tensors(1), {}, true)).toBe(Number.POSITIVE_INFINITY);
    expect(difference(tensors(1), tensors(Number.NaN), true)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('inputs', () => {
  const input = (dims: (number | null)[], type = 'float32') => ({ name: 'x', type, dims });
  it.each([
    [[1, 3, 480, 640], { layout: 'nchw', width: 640, height: 480, batched: true }],
    [[null, 3, null, null], { layout: 'nchw', width: null, height: null }],
    [[null, 480, 640, 3], { layout: 'nhwc', width: 640, height: 480 }],
    [[3, 480, 640], { layout: 'nchw', width: 640, height: 480, batched: false }],
    [[null, null, null, null], { layout: 'nchw', width: null, height: null }],
  ])('%j', (dims, expected) => expect(pictureInput([input(dims)])).toMatchObject(expected));

  it('beside the picture are known by name, or refused', () => {
    const sizes = companionsOf([input([1, 3, 8, 8]), { name: 'orig_target_sizes', type: 'int64', dims: [null, 2] }], 'x', 640, 480);
    expect(sizes).toEqual([{ name: 'orig_target_sizes', type: 'int64', dims: [1, 2], values: [640, 480] }]);
    const shape = companionsOf([{ name: 'im_shape', type: 'float32', dims: [1, 2] }], 'x', 640, 480);
    expect(shape).toMatchObject([{ values: [480, 640] }]);
    expect(isRefusal(companionsOf([{ name: 'tokens', type: 'int64', dims: [1, 77] }], 'x', 640, 480))).toBe(true);
  });

  it('have the size that the metadata says, height first', () => {
    expect(metadataSize({ imgsz: '[480, 640]' })).toEqual({ width: 640, height: 480 });
    expect(metadataSize({ imgsz: '320' })).toEqual({ width: 320, height: 320 });
    expect(metadataSize({ imgsz: '[1, 2]' })).toBeNull();
    expect(metadataSize({})).toBeNull();
  });
});

it('the made-up picture is the same every time and not flat', () => {
  const picture = madeUpPicture(64, 48);
  expect(picture).toEqual(madeUpPicture(64, 48));
  expect(new Set(picture).size).toBeGreaterThan(60);
});
