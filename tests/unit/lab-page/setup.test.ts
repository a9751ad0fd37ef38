import { describe, expect, it } from 'vitest';
import type { LabTable, Subject } from '../../../electron/engine/contract/contract.js';
import { safeName } from '../../../electron/shell/safe-name.js';
import { fileName } from '../../../renderer/lab/export/save.js';
import { remainingSeconds } from '../../../renderer/ui/remaining.js';
import { paperSet } from '../../../renderer/lab/setup/paper-set.js';
import { labSettings, labSetupOf } from '../../../renderer/lab/setup/remember.js';
import { begun, foundSubjects, groupedSubjects } from '../../../renderer/lab/setup/setup.js';
import { nextSorted, sortedRows } from '../../../renderer/lab/table/sort.js';
import { nodesLine } from '../../../renderer/lab/views/compare-charts.js';
import { allNetworks } from '../../../models/reference/catalogue.js';

const subject = (id: string, family: string, multiplyAdds: number | null): Subject => ({
  id: `network:${id}`, kind: 'network', title: id, family, fixedSize: null, parameters: null, multiplyAdds, aggregates: false,
});
const subjects = [subject('b', 'one', 5), subject('a', 'two', null), subject('c', 'one', 9)];

describe('subjects', () => {
  it('the paper’s set is of networks that exist', () => {
    expect(paperSet.length).toBeGreaterThanOrEqual(10);
    for (const id of paperSet) expect(allNetworks.map((network) => `network:${network.id}`)).toContain(id);
  });
  it('stand by family, or in one row by figure with the unknown last', () => {
    expect(groupedSubjects(subjects, 'family', false).map(({ family, subjects: own }) => [family, own.map(({ title }) => title)])).toEqual([['one', ['b', 'c']], ['two', ['a']]]);
    expect(groupedSubjects(subjects, 'multiplyAdds', true)[0]!.subjects.map(({ title }) => title)).toEqual(['c', 'b', 'a']);
    expect(groupedSubjects(subjects, 'multiplyAdds', false)[0]!.subjects.map(({ title }) => title)).toEqual(['b', 'c', 'a']);
    expect(groupedSubjects([], 'title', false)).toEqual([]);
    expect(foundSubjects(subjects, ' TWO ').map(({ title }) => title)).toEqual(['a']);
  });
});

describe('what is remembered', () => {
  it('comes back as it was', () => {
    const setup = { ...begun, chosen: ['network:a'], provider: 'cpu' as const, side: 300, rounds: 10, against: 'parameters' as const, paperShown: false };
    expect(labSetupOf(labSettings(setup), begun)).toEqual(setup);
  });
  it.each([null, 7, '', '{', '[]', '"x"', '{"chosen":7,"side":1e9,"batch":3,"rounds":"5","provider":"fpga","turn":-1,"energy":1}'])('%s does no harm', (stored) => {
    expect(labSetupOf(stored, begun)).toEqual(begun);
  });
  it('fits into a setting however much is chosen', () => {
    expect(labSettings({ ...begun, chosen: Array.from({ length: 64 }, (_, n) => `model:${'x'.repeat(200)}${n}`) }).length).toBeLessThanOrEqual(4096);
  });
});

describe('tables', () => {
  const number = { key: 'n', title: 'n', unit: '', kind: 'number', digits: 0 } as const;
  const table: LabTable = { columns: [{ ...number, key: 't', kind: 'text' }, number], rows: [['x10', 3], ['x2', null], ['x1', 9], ['x3', 3]] };
  it('sort by size and by name, the unknown last, equal ones as they came', () => {
    expect(sortedRows(table, null)).toEqual([0, 1, 2, 3]);
    expect(sortedRows(table, { column: 1, down: true })).toEqual([2, 0, 3, 1]);
    expect(sortedRows(table, { column: 1, down: false })).toEqual([0, 3, 2, 1]);
    expect(sortedRows(table, { column: 0, down: false })).toEqual([2, 1, 3, 0]);
  });
  it('go through both orders and back', () => {
    const first = nextSorted(null, 1, 'number');
    expect(first).toEqual({ column: 1, down: true });
    expect(nextSorted(first, 1, 'number')).toEqual({ column: 1, down: false });
    expect(nextSorted({ column: 1, down: false }, 1, 'number')).toBeNull();
    expect(nextSorted(first, 0, 'text')).toEqual({ column: 0, down: false });
  });
  it('say which provider ran how much', () => {
    expect(nodesLine([{ provider: 'CUDA', nodes: 123 }, { provider: 'CPU', nodes: 4 }])).toBe('4 of 127 nodes on CPU, 123 of 127 nodes on CUDA');
    expect(nodesLine([{ provider: 'CPU', nodes: 9 }])).toBe('all 9 nodes on CPU');
    expect(nodesLine(null)).toBe('');
  });
});

describe('what remains', () => {
  it('follows the pace since it was seen, and is unknown at first', () => {
    expect(remainingSeconds({ at: 0, fraction: 0.5 }, 0.75, 10_000)).toBe(10);
    expect(remainingSeconds({ at: 0, fraction: 0.5 }, 0.51, 10_000)).toBeNull();
    expect(remainingSeconds({ at: 0, fraction: 0 }, 0.9, 500)).toBeNull();
  });
});

describe('names of files', () => {
  it('are plain', () => {
    expect(fileName('vovision', 'layers', 'DSOD’s DenseNet-67 (DS/64)')).toBe('vovision-layers-dsod-s-densenet-67-ds-64');
    expect(fileName('…')).toBe('lab');
  });
  it.each(['../x.png', 'a/b.csv', 'x.exe', 'x.png.exe', '.csv', 'x.PNG', 'x\u202e.png', `${'x'.repeat(200)}.md`, 'con\\x.csv'])('%s is refused by the desktop', (name) => {
    expect(safeName(name)).toBeNull();
  });
  it('of ours are taken', () => {
    expect(safeName('vovision-compare-cpu.csv')).toEqual({ name: 'vovision-compare-cpu.csv', ending: 'csv' });
  });
});
