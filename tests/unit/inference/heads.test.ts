import { describe, expect, it } from 'vitest';
import { displayPx, modelPx, type HeadId } from '../../../electron/engine/contract/contract.js';
import { Candidates } from '../../../electron/engine/inference/candidates.js';
import { headOf, heads } from '../../../electron/engine/inference/heads.js';
import { toDetections } from '../../../electron/engine/inference/postprocess.js';
import { letterbox } from '../../../electron/engine/media/letterbox.js';

const model = { width: 100, height: 50 };
const found = (
  kind: HeadId, options: Record<string, unknown>, tensors: Record<string, { dims: number[]; values: ArrayLike<number> }>, minScore = 0.1,
): number[][] => {
  const into = new Candidates();
  const input = Object.fromEntries(Object.entries(tensors).map(([role, { dims, values }]) => [role, { dims, data: Float32Array.from(values) }]));
  headOf(kind).bind(options)({ tensors: input, model, minScore }, into);
  return Array.from({ length: into.count }, (_, n) =>
    [...into.corners.subarray(n * 4, n * 4 + 4), into.scores[n]!, into.classIds[n]!].map((value) => Math.round(value * 1e4) / 1e4));
};
const pair = (boxes: number[], scores: number[]): Record<string, { dims: number[]; values: number[] }> => ({
  boxes: { dims: [1, boxes.length / 4, 4], values: boxes },
  scores: { dims: [1, boxes.length / 4, (scores.length * 4) / boxes.length], values: scores },
});

describe('pairs of boxes and scores', () => {
  it('take the best class of a box, or every one', () => {
    const tensors = pair([1, 2, 3, 4, 5, 6, 7, 8], [0.3, 0.6, 0.05, 0.09]);
    expect(found('boxes-scores', {}, tensors)).toEqual([[1, 2, 3, 4, 0.6, 1]]);
    expect(found('boxes-scores', { labels: 'all' }, tensors)).toEqual([[1, 2, 3, 4, 0.3, 0], [1, 2, 3, 4, 0.6, 1]]);
    expect(found('boxes-scores', {}, tensors, 0)).toHaveLength(2);
  });

  it('keep a score that is exactly the floor, and none that is no number', () => {
    expect(found('boxes-scores', {}, pair([1, 2, 3, 4, 5, 6, 7, 8], [0.5, 0, Number.NaN, Number.NaN]), 0.5)).toEqual([[1, 2, 3, 4, 0.5, 0]]);
  });

  it('read forms and fractions', () => {
    const scores = [0.9];
    expect(found('ssd', { background: 'none' }, pair([0.1, 0.2, 0.3, 0.4], scores))).toEqual([[10, 10, 30, 20, 0.9, 0]]);
    expect(found('ssd', { background: 'none', form: 'corners-yx' }, pair([0.1, 0.2, 0.3, 0.4], scores))).toEqual([[20, 5, 40, 15, 0.9, 0]]);
    expect(found('ssd', { background: 'none', form: 'center', coordinates: 'pixels' }, pair([50, 20, 10, 4], scores))).toEqual([[45, 18, 55, 22, 0.9, 0]]);
  });

  it('leave the background out and number the classes without it', () => {
    expect(found('ssd', {}, pair([0, 0, 1, 1], [0.7, 0.1, 0.2]))).toEqual([[0, 0, 100, 50, 0.2, 1]]);
    expect(found('ssd', { background: 'last' }, pair([0, 0, 1, 1], [0.1, 0.2, 0.7]))).toEqual([[0, 0, 100, 50, 0.2, 1]]);
  });

  it('make scores of logits', () => {
    expect(found('ssd', { background: 'none', activation: 'sigmoid' }, pair([0, 0, 1, 1], [0, Math.log(3)]))).toEqual([[0, 0, 100, 50, 0.75, 1]]);
    expect(found('ssd', { background: 'none', activation: 'sigmoid' }, pair([0, 0, 1, 1], [-4, -5]))).toEqual([]);
    // Large logits must not overflow.
    expect(found('detr', {}, pair([0.5, 0.5, 0.2, 0.2], [1000, 1000 + Math.log(2), 1000]))).toEqual([[40, 20, 60, 30, 0.5, 1]]);
  });
});

describe('YOLO', () => {
  it('v5 multiplies objectness and class', () => {
    const rows = [50, 20, 10, 4, 0.5, 0.2, 0.8, 50, 20, 10, 4, 0.12, 0.5, 0.5];
    expect(found('yolov5', {}, { output: { dims: [1, 2, 7], values: rows } })).toEqual([[45, 18, 55, 22, 0.4, 1]]);
  });

  it('v8 reads columns, or rows', () => {
    const columns = [50, 10, 20, 10, 10, 2, 4, 2, 0.2, 0.01, 0.7, 0.02];
    expect(found('yolov8', {}, { output: { dims: [1, 6, 2], values: columns } })).toEqual([[45, 18, 55, 22, 0.7, 1]]);
    expect(found('yolov8', { transposed: true, coordinates: 'relative' }, { output: { dims: [1, 1, 6], values: [0.5, 0.5, 0.2, 0.2, 0.3, 0.1] } })).toEqual([[40, 20, 60, 30, 0.3, 0]]);
  });

  it('X adds the cell and undoes the logarithm', () => {
    // Stride 50 makes 2 x 1 cells: the second has its corner at 50, 0.
    const rows = [0, 0, 0, 0, 0, 0, 0.5, 0.4, Math.log(0.2), Math.log(0.1), 1, 0.5];
    expect(found('yolox', { strides: [50] }, { output: { dims: [1, 2, 6], values: rows } })).toEqual([[70, 17.5, 80, 22.5, 0.5, 0]]);
    expect(found('yolox', { decoded: true }, { output: { dims: [1, 1, 6], values: [50, 20, 10, 4, 1, 0.5] } })).toEqual([[45, 18, 55, 22, 0.5, 0]]);
  });
});

describe('finished lists', () => {
  it.each([
    ['corners score class', [1, 2, 3, 4, 0.5, 7]],
    ['corners class score', [1, 2, 3, 4, 7, 0.5]],
    ['batch corners class score', [0, 1, 2, 3, 4, 7, 0.5]],
    ['batch class score corners', [0, 7, 0.5, 1, 2, 3, 4]],
  ])('rows of %s', (order, row) => {
    expect(found('nms-rows', { order }, { output: { dims: [1, row.length], values: row } })).toEqual([[1, 2, 3, 4, 0.5, 7]]);
  });

  it('may be empty, and end with fillers below 0', () => {
    expect(found('nms-rows', {}, { output: { dims: [0, 6], values: [] } })).toEqual([]);
    expect(found('nms-rows', {}, { output: { dims: [1, 6], values: [0, 0, 0, 0, 0.5, -1] } })).toEqual([]);
  });

  it('count as many as they say, from class 1', () => {
    const tensors = {
      count: { dims: [1], values: [1] }, boxes: { dims: [1, 2, 4], values: [0.2, 0.1, 0.4, 0.3, 0, 0, 1, 1] },
      scores: { dims: [1, 2], values: [0.5, 0.9] }, classes: { dims: [1, 2], values: [3, 1] },
    };
    expect(found('nms-tensorflow', { firstClass: 1 }, tensors)).toEqual([[10, 10, 30, 20, 0.5, 2]]);
    expect(found('nms-torchvision', { coordinates: 'relative' }, tensors)).toHaveLength(2);
  });
});

describe('every head', () => {
  it.each(heads)('$id does not stumble over missing or short outputs', ({ bind, roles }) => {
    const into = new Candidates();
    bind({})({ tensors: {}, model, minScore: 0 }, into);
    const short = Object.fromEntries(roles.map((role) => [role, { dims: [1, 1, 3], data: Float32Array.from([1, 2, 3]) }]));
    bind({})({ tensors: short, model, minScore: 0 }, into);
    const hostile = Object.fromEntries(roles.map((role) => [role, { dims: [1, 4, 8], data: new Float32Array(32).fill(Number.NaN) }]));
    bind({})({ tensors: hostile, model, minScore: 0 }, into);
    expect(into.count).toBeLessThan(9);
  });
});

describe('model pixels to display pixels', () => {
  const fit = letterbox({ width: displayPx(200), height: displayPx(50) }, { width: modelPx(100), height: modelPx(50) }, 'center', 114);
  const convert = (...boxes: [number, number, number, number][]): number[][] => {
    const into = new Candidates();
    for (const box of boxes) into.add(...box, 0.5, 2);
    const packed = toDetections(into, Uint32Array.from(boxes, (_, n) => n), fit);
    return Array.from({ length: packed.length / 6 }, (_, n) => [...packed.subarray(n * 6, n * 6 + 6)]);
  };

  it('undo the letterbox', () => {
    expect(fit.top).toBe(12);
    expect(convert([10, 17, 20, 22])).toEqual([[20, 10, 40, 20, 0.5, 2]]);
  });

  it('clip to the picture and leave out what lies in the border', () => {
    expect(convert([-5, 2, 300, 100], [0, 0, 100, 11], [0, 40, 100, 50])).toEqual([[0, 0, 200, 50, 0.5, 2]]);
  });
});
