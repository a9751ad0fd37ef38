import { describe, expect, it } from 'vitest';
import { milliseconds, type ModelInfo } from '../../../electron/engine/contract/contract.js';
import { sizeFacts } from '../../../renderer/models/facts.js';

const model = (means: readonly number[]): ModelInfo => ({
  id: 'some', name: 'Some', confidence: null, classes: ['car', 'person'], input: { width: 416, height: 320 }, head: 'ssd', licence: null, source: null, hash: '0'.repeat(64),
  fileSize: 1, shipped: false, kept: false, made: null,
  figures: {
    parameters: null, multiplyAdds: null, speed: { milliseconds: milliseconds(1), machine: '' }, faults: [],
    accuracy: means.map((mean, n) => ({ set: `set ${n}`, mean, classes: {}, strict: null, lost: null })),
  },
});

describe('what tells models apart', () => {
  it('is how much they find where that was measured, on two sets at most, else how many classes they know', () => {
    expect(sizeFacts(model([]))).toEqual(['416 × 320', '2 classes']);
    expect(sizeFacts(model([0.5619]))).toEqual(['416 × 320', 'AP50 0.56']);
    expect(sizeFacts(model([0.5619, 0.781]))).toEqual(['416 × 320', 'AP50 0.56 / 0.78']);
    expect(sizeFacts(model(Array.from({ length: 32 }, (_, n) => n / 32)))).toEqual(['416 × 320', 'AP50 0.00 / 0.03']);
  });
});
