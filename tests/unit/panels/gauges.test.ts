import { describe, expect, it } from 'vitest';
import { milliseconds, type Bottleneck, type LiveStats, type Quantiles } from '../../../electron/engine/contract/contract.js';
import { bottleneckSentence, restingSentence } from '../../../renderer/gauges/bottleneck.js';
import { History, scaleFor, stretchesOf } from '../../../renderer/gauges/history.js';
import { frameTime } from '../../../renderer/gauges/latency.js';

const q = (p50: number, p95 = p50 * 1.5): Quantiles => ({ p50: milliseconds(p50), p95: milliseconds(p95) });
const latency: LiveStats['latency'] = { decode: q(4), preprocess: q(0.5), inference: q(13), postprocess: q(1), endToEnd: q(40, 60) };
const unknown: LiveStats['latency'] = { decode: null, preprocess: null, inference: null, postprocess: null, endToEnd: null };
const plain = (text: string): string => text.replace(/\u00a0/g, ' ');

describe('the sentence that names the bottleneck', () => {
  it.each<[Bottleneck, LiveStats['latency'], Quantiles | null, string]>([
    ['inference', latency, q(0.5), 'Inference is the limit: it takes 13 of 19 ms.'],
    ['inference', latency, null, 'Inference is the limit: it takes 13 of 19 ms.'],
    ['inference', unknown, null, 'Inference is the limit.'],
    ['decoding', { ...latency, decode: q(14.4), inference: q(3.3) }, q(0.8), 'Decoding is the limit: it takes 14 of 20 ms.'],
    ['decoding', { ...unknown, inference: q(3) }, null, 'Decoding is the limit.'],
    ['page', latency, q(0.5), 'Playback sets the pace: this machine could go faster.'],
    ['idle', latency, q(0.5), 'All done: nothing is waiting.'],
    ['none', unknown, null, 'Measuring…'],
    ['inference', latency, q(16.6), 'Inference is the limit: it takes 13 of 35 ms.'],
    ['inference', latency, q(22), 'Drawing is the limit: boxes take 22 ms a frame.'],
    ['inference', { ...latency, inference: q(90) }, q(22), 'Inference is the limit: it takes 90 of 118 ms.'],
    ['decoding', { ...latency, decode: q(30) }, q(22), 'Decoding is the limit: it takes 30 of 67 ms.'],
    ['decoding', { ...latency, decode: q(21), inference: q(90) }, q(22), 'Drawing is the limit: boxes take 22 ms a frame.'],
    ['idle', { ...latency, inference: q(90) }, q(22), 'Drawing is the limit: boxes take 22 ms a frame.'],
    ['idle', latency, q(22), 'Drawing is the limit: boxes take 22 ms a frame.'],
  ])('%s', (bottleneck, times, draw, sentence) => {
    expect(plain(bottleneckSentence({ bottleneck, latency: times }, draw))).toBe(sentence);
  });
});

describe('the sentence while there are no figures', () => {
  it('asks for a video only where none is open, and does not wait for an analysis that is over', () => {
    expect(restingSentence(false, null)).toBe('Open a video to see how fast this machine is.');
    expect(restingSentence(true, null)).toBe('Measuring…');
    expect(restingSentence(true, { state: { kind: 'done', warning: null } })).toBe('All done: nothing is waiting.');
  });
});

describe('the time of one frame', () => {
  it('splits the work and adds drawing to the way from file to picture', () => {
    const time = frameTime(latency, q(1.5, 2));
    expect(time.work).toBe(20);
    expect(time.stages.map(({ stage, share }) => [stage, share])).toEqual([
      ['decode', 0.2], ['preprocess', 0.025], ['inference', 0.65], ['postprocess', 0.05], ['draw', 0.075],
    ]);
    expect(time.endToEnd).toEqual({ p50: 41.5, p95: 62 });
    expect(time.waiting).toBe(21.5);
  });

  it('knows nothing of what was not measured', () => {
    const time = frameTime(unknown, null);
    expect(time).toMatchObject({ work: null, endToEnd: null, waiting: null });
    expect(time.stages.every(({ share, time: known }) => share === 0 && known === null)).toBe(true);
  });

  it('never waits less than nothing', () => {
    expect(frameTime({ ...latency, endToEnd: q(10) }, null).waiting).toBe(0);
  });

  it('has shares that fill the bar even when a stage is missing', () => {
    const { stages } = frameTime({ ...latency, preprocess: null }, q(2));
    expect(stages.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});

describe('the history', () => {
  it('keeps a minute and forgets the rest', () => {
    const history = new History(60_000);
    for (let at = 0; at <= 90_000; at += 250) history.add(at, at);
    expect(history.readings).toHaveLength(241);
    expect(history.readings[0]?.at).toBe(30_000);
    history.add(500_000, 1);
    expect(history.readings).toEqual([{ at: 500_000, value: 1 }]);
    history.clear();
    expect(history.readings).toEqual([]);
  });

  it('breaks the line at silence and at figures that were not known', () => {
    const at = (time: number, value: number | null = 1) => ({ at: time, value });
    expect(stretchesOf([at(0), at(250), at(500, null), at(750), at(5000), at(5250)], 2000).map((part) => part.length)).toEqual([2, 1, 2]);
    expect(stretchesOf([], 2000)).toEqual([]);
    expect(stretchesOf([at(0, null)], 2000)).toEqual([]);
  });

  it.each([[0, 1], [0.3, 1], [Number.NaN, 1], [1.1, 2], [2, 2], [4.9, 5], [62, 100], [101, 200], [999, 1000]])('scales %d to %d', (value, top) => {
    expect(scaleFor(value)).toBe(top);
  });
});
