import type { LayerRow } from '../../../electron/engine/contract/contract.js';
import { words } from '../../words.js';
import { figures, fixed } from '../charts/numbers.js';
import type { Point } from '../charts/scatter.js';
import type { Spot } from '../charts/scene.js';
import type { StripBar } from '../charts/strip.js';

const say = words.lab.values;

const valuesOf = (row: LayerRow): Spot['values'] => [
  [say.time, `${fixed(row.time, 3)} ms`],
  [say.share, `${fixed(row.share * 100, 1)} %`],
  [say.operator, row.operator],
  ...(row.module === null ? [] : [[say.module, row.module] as const]),
  ...(row.multiplyAdds === null ? [] : [[say.multiplyAdds, `${figures(row.multiplyAdds / 1e6)} M`] as const]),
  ...(row.memoryAccess === null ? [] : [[say.memoryAccess, `${figures(row.memoryAccess / 1e6)} M`] as const]),
  [say.provider, row.provider],
];

/** Time of every layer in its order; modules are its groups. */
export const layerBars = (rows: readonly LayerRow[]): readonly StripBar[] =>
  rows.map((row, n) => ({ key: String(n), value: row.time, group: row.module, title: row.name, values: valuesOf(row) }));

/** How many of the slowest layers are named in a scatter. */
const named = 5;

/** Time against a cost, for the layers that have one. */
export const layerPoints = (rows: readonly LayerRow[], against: 'memoryAccess' | 'multiplyAdds'): readonly Point[] => {
  const slowest = new Set([...rows].sort((a, b) => b.time - a.time).slice(0, named));
  return rows.flatMap((row, n): readonly Point[] => {
    const cost = row[against];
    if (cost === null || cost === 0) return [];
    return [{
      key: String(n), x: cost / 1e6, y: row.time, title: row.name, label: slowest.has(row) ? row.name : '',
      ink: row.module === null ? 'strong' : 'series1', shape: row.module === null ? 'diamond' : 'circle', values: valuesOf(row),
    }];
  });
};
