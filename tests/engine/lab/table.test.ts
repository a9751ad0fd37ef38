import { describe, expect, it } from 'vitest';
import { compareTable, fastestFirst, milliseconds, tableCsv, tableMarkdown, withoutEmpty, type CompareRow, type LabTable } from '../../../electron/engine/contract/contract.js';
import { paperNetworks, paperRows } from '../../../models/paper.js';
import { findNetwork } from '../../../models/reference/catalogue.js';

const table: LabTable = {
  columns: [
    { key: 'a', title: 'Name, "quoted"', unit: '', kind: 'text', digits: 0 },
    { key: 'b', title: 'Time', unit: 'ms', kind: 'number', digits: 2 },
    { key: 'c', title: 'Never', unit: '', kind: 'text', digits: 0 },
  ],
  rows: [['=1+1', 1.23456789, null], ['a,b\n"c"|d_e', -5, null], ['@sum', null, null], ['-dash', Number.NaN, null]],
};

describe('tables as text', () => {
  it('are CSV that a spreadsheet does not compute', () => {
    expect(tableCsv(table)).toBe([
      '"Name, ""quoted""",Time (ms),Never', "'=1+1,1.23456789,", '"a,b\n""c""|d_e",-5,', "'@sum,,", "'-dash,,", '',
    ].join('\r\n'));
  });

  it('are Markdown without empty columns, and what they hold stays what it is', () => {
    expect(tableMarkdown(table)).toBe([
      '| Name, "quoted" | Time (ms) |', '|---|---:|', '| =1+1 | 1.23 |', '| a,b "c"\\|d\\_e | -5.00 |', '| @sum |  |', '| -dash | NaN |', '',
    ].join('\n'));
    expect(withoutEmpty({ columns: table.columns, rows: [] })).toEqual({ columns: [], rows: [] });
  });
});

const row: CompareRow = {
  subject: 'network:x', title: 'X', family: 'vovnet', input: { width: 320, height: 224 }, batch: 2, parameters: 3_012_736, multiplyAdds: 2_869_816_320,
  memoryAccess: 13_845_728, peakActivationBytes: 2 ** 20, latency: { p50: milliseconds(40), p95: milliseconds(50), low: milliseconds(39), high: milliseconds(41), runs: 12 },
  framesPerSecond: 50, computation: 143.490816, memory: 90 * 2 ** 20, energy: { joulesPerImage: 0.9, watts: 45, idleWatts: 15, samples: 30, meter: 'nvidia-smi' },
  nodes: [{ provider: 'CUDA', nodes: 38 }, { provider: 'CPU', nodes: 1 }], error: null,
};
const failed: CompareRow = { ...row, subject: 'network:y', title: 'Y', latency: null, framesPerSecond: null, computation: null, memory: null, energy: null, nodes: null, error: { kind: 'provider', message: 'It ran out of memory.' } };

describe('a comparison as a table', () => {
  it('has every figure in the units people compare', () => {
    const { columns, rows } = compareTable([row, failed]);
    const cells = (at: number) => Object.fromEntries(columns.map(({ key }, n) => [key, rows[at]?.[n]]));
    expect(cells(0)).toEqual({
      title: 'X', family: 'vovnet', input: '320x224', batch: 2, parameters: 3.012736, multiplyAdds: 2.86981632, memoryAccess: 13.845728, peakActivations: 1,
      p50: 40, p95: 50, low: 39, high: 41, runs: 12, framesPerSecond: 50, computation: 143.490816, memory: 90,
      joulesPerImage: 0.9, watts: 45, idleWatts: 15, meter: 'nvidia-smi', nodes: 'CUDA: 38, CPU: 1', error: null,
    });
    expect(cells(1)).toMatchObject({ p50: null, joulesPerImage: null, meter: null, nodes: null, error: 'It ran out of memory.', parameters: 3.012736 });
    expect(columns.every(({ key, title }) => key !== '' && title !== '')).toBe(true);
    // A slow median of a row whose fastest round was fast comes from what else the machine did.
    const disturbed = { ...row, framesPerSecond: 3, latency: { ...row.latency!, p50: milliseconds(60), low: milliseconds(38) } };
    const single = { ...row, framesPerSecond: 60, batch: 1, latency: { ...row.latency!, low: milliseconds(18) } };
    expect(fastestFirst([failed, row, disturbed, failed, single]).map(({ framesPerSecond }) => framesPerSecond)).toEqual([60, 3, 50, null, null]);
  });
});

describe('the paper’s rows', () => {
  it('agree with themselves: computation is multiply-adds times frames a second', () => {
    expect(paperRows.length).toBe(10);
    // It divided unrounded numbers: its rows agree to what rounding leaves.
    for (const { multiplyAdds, framesPerSecond, computation } of paperRows) {
      expect(Math.abs(multiplyAdds * framesPerSecond - computation) / computation).toBeLessThan(0.035);
    }
  });

  it('are of networks that can be built', () => {
    for (const id of [...paperNetworks, ...paperRows.map(({ network }) => network)]) expect(findNetwork(id)?.id).toBe(id);
  });
});
