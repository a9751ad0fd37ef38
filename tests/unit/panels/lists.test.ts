import { describe, expect, it } from 'vitest';
import { milliseconds, type ProviderChoice, type ProviderStatus } from '../../../electron/engine/contract/contract.js';
import { classRows, foundRows, rowGroups } from '../../../renderer/classes/rows.js';
import { providerHealth, providerName } from '../../../renderer/models/providers.js';

const names = Array.from({ length: 20 }, (_, id) => `class${id}`);

describe('the class list', () => {
  const rows = classRows({ names: ['person', 'car'], hidden: [1], onFrame: new Map([[0, 3]]), inVideo: Uint32Array.of(40, 7, 2), highest: Float32Array.of(0.75, 0.5, 0.625), listed: [0, 1, 2] });

  it('counts, hides, numbers, and names what the model does not', () => {
    expect(rows).toEqual([
      { id: 0, name: 'person', onFrame: 3, inVideo: 40, highest: 0.75, shown: true, digit: 1 },
      { id: 1, name: 'car', onFrame: 0, inVideo: 7, highest: 0.5, shown: false, digit: 2 },
      { id: 2, name: 'class 2', onFrame: 0, inVideo: 2, highest: 0.625, shown: true, digit: 3 },
    ]);
  });

  it('has a dash, not a zero, for a frame that is not analysed', () => {
    expect(classRows({ names: ['a'], hidden: [], onFrame: null, inVideo: new Uint32Array(0), highest: new Float32Array(0), listed: [] })[0])
      .toMatchObject({ onFrame: null, inVideo: 0, highest: null, digit: null });
  });

  it('puts what is listed first, in the list’s order, then what was seen below, then the rest', () => {
    const highest = Float32Array.of(0.25, 0.5, -1, 0.875, 0.125);
    const long = classRows({ names, hidden: [], onFrame: null, inVideo: Uint32Array.of(0, 4, 0, 1, 0), highest, listed: [3, 1] });
    const { listed, below, unseen } = rowGroups(long, [3, 1], highest);
    expect(listed.map(({ id, digit, inVideo }) => [id, digit, inVideo])).toEqual([[3, 1, 1], [1, 2, 4]]);
    expect(below.map(({ id, digit, highest: best }) => [id, digit, best])).toEqual([[0, null, 0.25], [4, null, 0.125]]);
    expect(unseen.map(({ id }) => id)).toEqual([2, ...Array.from({ length: 15 }, (_, n) => n + 5)]);
    expect(foundRows(long, ' CLASS1 ')?.map(({ id }) => id)).toEqual([1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    expect(foundRows(long, 'zebra')).toEqual([]);
    expect(foundRows(long, '  ')).toBeNull();
  });

  it('gives no digit beyond nine', () => {
    const many = classRows({ names, hidden: [], onFrame: null, inVideo: new Uint32Array(0), highest: new Float32Array(0), listed: names.map((_, id) => id) });
    expect(many.map(({ digit }) => digit).slice(7, 11)).toEqual([8, 9, null, null]);
  });
});

describe('what the provider row tells', () => {
  const status = (id: ProviderStatus['id'], state: ProviderStatus['state'], reason: string | null = null): ProviderStatus => ({
    id, label: id.toUpperCase(), state, latency: state === 'ready' ? milliseconds(9) : null, reason,
  });
  const choice = (asked: ProviderChoice['asked'], running: ProviderChoice['running'], others: readonly ProviderStatus[]): ProviderChoice => ({
    asked, running, reason: 'The reason of the run.', others,
  });
  const refused = status('webgpu', 'passed-over', 'No adapter.');

  it.each<[string, ProviderChoice, object]>([
    ['what was asked for', choice('cpu', 'cpu', [refused]), { kind: 'fine' }],
    ['the fastest of all', choice('auto', 'webgpu', [status('cuda', 'passed-over', 'Not there.')]), { kind: 'fine' }],
    ['the CPU because nothing better works', choice('auto', 'cpu', [refused, status('cpu', 'ready')]), { kind: 'passed-over', others: [refused] }],
    ['the CPU because it is all there is', choice('auto', 'cpu', [status('cpu', 'ready')]), { kind: 'fine' }],
    ['another than asked for', choice('webgpu', 'cpu', [refused]), { kind: 'fallback', reason: 'No adapter.' }],
    ['another, for a reason of the run', choice('webgpu', 'cpu', []), { kind: 'fallback', reason: 'The reason of the run.' }],
  ])('%s', (_, given, health) => {
    expect(providerHealth(given)).toEqual(health);
  });

  it('uses the engine’s label, else the catalogue’s', () => {
    expect(providerName('webgpu', [refused])).toBe('WEBGPU');
    expect(providerName('webgpu', [])).toBe('WebGPU');
  });
});
