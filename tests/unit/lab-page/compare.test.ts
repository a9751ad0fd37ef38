import { describe, expect, it } from 'vitest';
import { milliseconds, type CompareRow } from '../../../electron/engine/contract/contract.js';
import { compareBars, comparePoints, shortTitle, type Comparison } from '../../../renderer/lab/views/compare-charts.js';
import { paperFigures } from '../../../renderer/lab/views/paper-figures.js';
import { shownComparison } from '../../../renderer/lab/views/tables.js';

const row = (id: string, p50: number | null, more: Partial<CompareRow> = {}): CompareRow => ({
  subject: `network:${id}`, title: id, family: id.startsWith('vovnet') ? 'vovnet' : 'resnet', input: { width: 224, height: 224 }, batch: 2,
  parameters: 3e6, multiplyAdds: 2.87e9, memoryAccess: 22e6, peakActivationBytes: 2 ** 20,
  latency: p50 === null ? null : { p50: milliseconds(p50), p95: milliseconds(p50 * 2), low: milliseconds(p50), high: milliseconds(p50), runs: 9 },
  framesPerSecond: p50 === null ? null : 2000 / p50, computation: null, memory: null, energy: null, nodes: null, error: null, ...more,
});
const comparison = (rows: readonly CompareRow[], more: Partial<Comparison> = {}): Comparison => ({ rows, running: false, earlier: new Map(), paper: paperFigures, ...more });

describe('a comparison as charts', () => {
  it('puts the paper’s figure behind ours, and an earlier one beside it with the change', () => {
    const earlier = new Map([['network:vovnet-27-slim', row('vovnet-27-slim', 80)]]);
    const [bar] = compareBars(comparison([row('vovnet-27-slim', 40)], { earlier }), 'framesPerSecond');
    expect(bar).toMatchObject({ value: 50, ink: 'series1', behind: { value: 71 }, before: 25 });
    expect(bar!.values).toEqual([['here', '50.0'], ['earlier', '25.0'], ['change', '+100 %'], ['Paper: DSOD300 with VoVNet-27-slim', '71.0']]);
  });

  it('says what keeps a figure away', () => {
    const broken = row('b', null, { error: { kind: 'bad-model', message: 'No model.' } });
    const texts = (running: boolean): string[] => compareBars(comparison([row('a', null), broken, row('c', 4)], { running }), 'memory').map(({ text }) => text);
    expect(texts(true)).toEqual(['waits', 'No model.', 'waits']);
    expect(texts(false)).toEqual(['not measured', 'No model.', 'not known']);
  });

  it('counts time by the picture, and shows the paper’s points only for what is compared', () => {
    const points = comparePoints(comparison([row('vovnet-27-slim', 40), row('x', null)]), 'multiplyAdds');
    expect(points.map(({ key, y, ghost }) => [key, y, ghost ?? false])).toEqual([['network:vovnet-27-slim', 20, false], ['paper:network:vovnet-27-slim', 1000 / 71, true]]);
    expect(comparePoints(comparison([row('vovnet-27-slim', 40)]), 'memoryAccess').length).toBe(1);
    expect(shortTitle('DSOD’s DenseNet-67 (DS/64-64-16-1)')).toBe('DSOD’s DenseNet-67');
  });

  it('leaves columns out of the table in which nothing is known', () => {
    const keys = shownComparison([row('a', 4), row('b', null)]).columns.map(({ key }) => key);
    expect(keys.slice(0, 3)).toEqual(['title', 'p50', 'p95']);
    for (const absent of ['memory', 'watts', 'nodes', 'error']) expect(keys).not.toContain(absent);
  });
});
