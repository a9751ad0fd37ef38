import { describe, expect, it } from 'vitest';
import type { LabChart, LabTable } from '../../../electron/engine/contract/contract.js';
import { barsScene, type Bar } from '../../../renderer/lab/charts/bars.js';
import { chartScene } from '../../../renderer/lab/charts/from-table.js';
import { figures, fixed, tick } from '../../../renderer/lab/charts/numbers.js';
import { placeLabels, type Labelled } from '../../../renderer/lab/charts/place-labels.js';
import { linearScale, logScale, wantsLog } from '../../../renderer/lab/charts/scale.js';
import { fitText, type Place } from '../../../renderer/lab/charts/scene.js';
import { spotAt, stepSpot } from '../../../renderer/lab/charts/spots.js';
import { groupRuns } from '../../../renderer/lab/charts/strip.js';
import { scatterScene } from '../../../renderer/lab/charts/scatter.js';

const place: Place = { width: 500, text: 12, measure: (text, size) => text.length * size * 0.5 };

describe('scales', () => {
  it('begin at zero and end at a round value', () => {
    const scale = linearScale(3, 437, 100, 500, 5);
    expect([scale.low, scale.high, scale.ticks]).toEqual([0, 500, [0, 100, 200, 300, 400, 500]]);
    expect([scale.at(0), scale.at(250), scale.at(500)]).toEqual([100, 300, 500]);
  });

  it.each([[0, 0], [Infinity, -Infinity], [NaN, NaN], [-3, -1], [1e-9, 2e-9], [1e15, 3e15]])('stay finite from %d to %d', (least, most) => {
    for (const scale of [linearScale(least, most, 0, 100, 5), logScale(least, most, 0, 100, 5)]) {
      expect(scale.ticks.length).toBeGreaterThan(0);
      expect(scale.ticks.length).toBeLessThan(30);
      for (const value of [...scale.ticks, scale.low, scale.high]) expect(Number.isFinite(scale.at(value))).toBe(true);
    }
  });

  it('of logarithms name decades, and keep equal ratios equally long', () => {
    const scale = logScale(0.5, 40, 0, 300, 8);
    expect(scale.ticks).toEqual([0.5, 1, 2, 5, 10, 20, 50]);
    expect(scale.at(10) - scale.at(1)).toBeCloseTo(scale.at(5) - scale.at(0.5), 9);
    expect(logScale(1, 1e12, 0, 300, 4).ticks.length).toBeLessThanOrEqual(6);
    expect(wantsLog([1, 25])).toBe(true);
    expect(wantsLog([0, 25])).toBe(false);
    expect(wantsLog([2, 25])).toBe(false);
  });
});

describe('figures', () => {
  it('have three digits that count, never an exponent', () => {
    expect([0.00123, 0.9996, 4.5, 17.42, 99.96, 1234.5, 0, -0.5].map(figures)).toEqual(['0.00123', '1.00', '4.50', '17.4', '100', '1,235', '0', '-0.500']);
    expect([figures(null), figures(NaN), fixed(Infinity, 2)]).toEqual(['–', '–', '–']);
    expect([tick(0.2), tick(2000), tick(20_000), tick(1.5e6), tick(3e9)]).toEqual(['0.2', '2,000', '20 k', '1.5 M', '3 G']);
  });
});

describe('labels', () => {
  const area = { left: 0, top: 0, right: 400, bottom: 300 };
  it('cover neither each other nor a point, and stay inside', () => {
    // A crowd from a fixed sequence.
    let seed = 7;
    const next = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const points = Array.from({ length: 60 }, (): Labelled => ({ x: next() * 400, y: next() * 300, radius: 5, width: 30 + next() * 60, height: 14 }));
    const placed = placeLabels(points, area);
    const boxes = placed.flatMap((at, n) => (at === null ? [] : [{ left: at.x, top: at.y - 7, right: at.x + points[n]!.width, bottom: at.y + 7 }]));
    expect(boxes.length).toBeGreaterThan(10);
    expect(boxes.length).toBeLessThan(60);
    boxes.forEach((a, n) => {
      expect(a.left >= 0 && a.right <= 400 && a.top >= 0 && a.bottom <= 300).toBe(true);
      for (const b of boxes.slice(n + 1)) expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false);
      for (const { x, y } of points) expect(x > a.left && x < a.right && y > a.top && y < a.bottom).toBe(false);
    });
  });

  it('are shortened to what fits', () => {
    expect(fitText('DenseNet-161', 200, 12, place.measure)).toBe('DenseNet-161');
    expect(fitText('DenseNet-161', 40, 12, place.measure)).toBe('Dense…');
    expect(fitText('DenseNet-161', 3, 12, place.measure)).toBe('');
  });
});

describe('bars', () => {
  const bar = (value: number | null, more: Partial<Bar> = {}): Bar => ({ key: 'k', label: 'Net', ink: 'series1', value, text: value === null ? 'waits' : String(value), values: [], ...more });
  it('are as long as their values, and say why where there is none', () => {
    const scene = barsScene(place, { unit: 'ms', bars: [bar(10), bar(5), bar(null)] });
    const [ten, five, ...none] = scene.marks.flatMap((mark) => (mark.kind === 'rect' && mark.ink === 'series1' ? [mark.width] : []));
    expect(five! * 2).toBeCloseTo(ten!, 6);
    expect(none).toEqual([]);
    expect(scene.marks.some((mark) => mark.kind === 'text' && mark.text === 'waits')).toBe(true);
    expect(scene.spots.length).toBe(3);
  });

  it('leave room for what reaches farthest', () => {
    const scene = barsScene(place, { unit: '', bars: [bar(10, { spread: { low: 9, high: 12, p95: 60 } }), bar(3, { behind: { value: 90, text: '90' }, before: 4 })] });
    for (const mark of scene.marks) {
      const right = mark.kind === 'rect' ? mark.x + mark.width : mark.kind === 'line' ? Math.max(mark.x1, mark.x2) : mark.kind === 'text' ? mark.x : 0;
      expect(right).toBeLessThanOrEqual(500);
    }
  });
});

describe('charts of a table', () => {
  const column = (key: string, kind: 'text' | 'number', unit = '') => ({ key, title: key, unit, kind, digits: 2 });
  const table: LabTable = {
    columns: [column('form', 'text'), column('ratio', 'text'), column('time', 'number', 'ms'), column('access', 'number')],
    rows: [['a', '1:1', 2, 1], ['a', '1:4', 3, 1.5], ['b', '1:1', 1, 1], ['b', '1:4', null, 2]],
  };
  const scene = (chart: Partial<LabChart>) => chartScene(place, table, { kind: 'bars', title: '', x: 'ratio', y: 'time', by: 'form', ...chart }, 260);
  it('read out every cell that is known', () => {
    expect(scene({}).spots.map(({ values }) => values[values.length - 1]![1])).toEqual(['2.00 ms', '1.00 ms', '3.00 ms', '–']);
    expect(scene({ kind: 'points', x: 'access' }).spots.length).toBe(3);
    expect(scene({ kind: 'lines' }).spots.map(({ values }) => values.map(([, value]) => value))).toEqual([['a', '1:1', '2.00 ms'], ['a', '1:4', '3.00 ms'], ['b', '1:1', '1.00 ms']]);
    expect(scene({ kind: 'heat', y: 'form', by: 'time' }).spots.map(({ title }) => title)).toEqual(['a · 1:1', 'a · 1:4', 'b · 1:1']);
  });

  it.each(['bars', 'points', 'lines', 'heat'] as const)('of kind %s survive empty tables and unknown columns', (kind) => {
    const empty = chartScene(place, { columns: table.columns, rows: [] }, { kind, title: '', x: 'ratio', y: 'time', by: null }, 260);
    const lost = chartScene(place, table, { kind, title: '', x: 'nothing', y: 'nowhere', by: 'never' }, 260);
    for (const { marks } of [empty, lost]) expect(JSON.stringify(marks)).not.toMatch(/null|NaN/);
  });

  it('without any point still have axes', () => {
    expect(JSON.stringify(scatterScene(place, { points: [], xTitle: '', yTitle: '', height: 300 }).marks)).not.toMatch(/null|NaN/);
  });
});

describe('spots', () => {
  const spots = [0, 1, 2].map((n) => ({ key: String(n), x: n * 30, y: 0, width: 20, height: 20, title: '', values: [] }));
  it('are found under the pointer, then close to it, else not', () => {
    expect([spotAt(spots, 5, 5), spotAt(spots, 27, 10), spotAt(spots, 60, 33), spotAt(spots, 60, 40)]).toEqual([0, 1, 2, -1]);
  });
  it('follow the arrow keys to both ends', () => {
    expect([stepSpot('ArrowRight', -1, 3), stepSpot('ArrowDown', 2, 3), stepSpot('ArrowUp', 0, 3), stepSpot('End', 0, 3), stepSpot('x', 0, 3), stepSpot('End', 0, 0)]).toEqual([0, 2, 0, 2, null, null]);
  });
  it('bands join neighbours of one module', () => {
    expect(groupRuns([null, 'a', 'a', null, 'b', 'a'])).toEqual([{ group: 'a', from: 1, to: 3 }, { group: 'b', from: 4, to: 5 }, { group: 'a', from: 5, to: 6 }]);
  });
});
