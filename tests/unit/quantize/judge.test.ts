import { describe, expect, it } from 'vitest';
import { milliseconds, type FasterForm } from '../../../electron/engine/contract/contract.js';
import { judge } from '../../../electron/engine/quantize/judge.js';

const form = (name: FasterForm['form'], ratio: number | null, agreement: number | null, more: Partial<FasterForm> = {}): FasterForm => ({
  form: name, fileSize: 1, times: [], best: ratio === null ? null : { provider: 'cpu', time: milliseconds(10 / ratio) }, ratio, agreement, error: null, ...more,
});
const original = form('original', 1, 1);

describe('which form is kept', () => {
  it.each([
    ['the fastest of those that find the same', form('int8', 2, 0.98), form('float16', 1.5, 1), 'int8'],
    ['one that is slower, where the faster one finds something else', form('int8', 3, 0.9499), form('float16', 1.5, 0.999), 'float16'],
    ['exactly at both limits', form('int8', 1.1, 0.95), form('float16', 0.9, 1), 'int8'],
    ['nothing that is hardly faster', form('int8', 1.0999, 0.99), form('float16', 0.9, 1), 'original'],
    ['nothing that was not compared', form('int8', 2, null), form('float16', 0.9, 1), 'original'],
    ['nothing that does not run', form('int8', null, 1, { times: [{ provider: 'cpu', time: null, error: 'No.' }] }), form('float16', 0.9, 1), 'original'],
    ['nothing that could not be made', form('int8', null, null, { error: { kind: 'bad-model', message: 'Why.' } }), form('float16', 0.9, 1), 'original'],
  ] as const)('%s', (_, int8, float16, winner) => {
    expect(judge([original, int8, float16]).winner).toBe(winner);
  });

  it('says why', () => {
    expect(judge([original, form('int8', 2.345, 0.9876), form('float16', 0.9, 1)]).verdict).toBe('int8 is 2.35 times as fast as the original and finds 98.8 % the same.');
    expect(judge([original, form('int8', 2, 0.5), form('float16', 0.9, 1)]).verdict)
      .toBe('int8 is 2.00 times as fast, but finds only 50.0 % the same. float16 finds 100.0 % the same, but is only 0.90 times as fast.');
    expect(judge([original, form('int8', null, 1, { times: [{ provider: 'cpu', time: null, error: 'It ran out of memory.' }] }), form('float16', null, null, { error: { kind: 'bad-model', message: 'It is too old.' } })]).verdict)
      .toBe('int8 did not run: It ran out of memory. float16 could not be made: It is too old.');
  });

  it('never wins against itself', () => {
    expect(judge([form('original', 5, 1)])).toEqual({ winner: 'original', verdict: '' });
  });
});
