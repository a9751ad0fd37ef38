import { describe, expect, it } from 'vitest';
import { couldBeChosen, realTime, usualOf, type Candidate } from '../../../electron/engine/inference/usual.js';

type Times = Candidate['times'];
const candidate = (network: 'nano' | 'slim', form: Candidate['form'], times: Times = {}): Candidate =>
  ({ id: `${network}-${form}`, network, form, times, multiplyAdds: network === 'nano' ? 9e8 : 1e10, accuracy: network === 'nano' ? 0.6 : 0.7 });
const zoo = (times: Readonly<Record<string, Times>>): readonly Candidate[] =>
  (['slim', 'nano'] as const).flatMap((network) => (['int8', 'float16', 'float32'] as const).map((form) => candidate(network, form, times[`${network}-${form}`])));
const chosen = (times: Readonly<Record<string, Times>>, asked?: 'cpu' | 'cuda' | 'webgpu'): string | undefined => usualOf(zoo(times), asked)?.id;

describe('the usual model', () => {
  it('is the smallest as int8 while nothing was tried, in halves or bytes only where that can pay', () => {
    expect(usualOf(zoo({}))).toEqual({ id: 'nano-int8', time: null });
    expect(chosen({}, 'cpu')).toBe('nano-int8');
    expect(chosen({}, 'cuda')).toBe('nano-float32');
    expect(usualOf([candidate('nano', 'float16')])?.id).toBe('nano-float16');
    expect(usualOf([])).toBeNull();
  });

  it('is int8 on a processor only where that is clearly faster', () => {
    expect(chosen({ 'nano-float32': { cpu: 11 }, 'nano-int8': { cpu: 10 } })).toBe('nano-int8');
    expect(chosen({ 'nano-float32': { cpu: 10.9 }, 'nano-int8': { cpu: 10 } })).toBe('nano-float32');
    expect(chosen({ 'nano-float32': { cpu: 10 }, 'nano-int8': { cpu: 14 } })).toBe('nano-float32');
    // Halves never run on a processor by choice, whatever was measured.
    expect(chosen({ 'nano-float32': { cpu: 10 }, 'nano-float16': { cpu: 2 } })).toBe('nano-float32');
  });

  it('is the network that finds most of those that are real time', () => {
    const cpu = (slim: number): Readonly<Record<string, Times>> => ({ 'nano-float32': { cpu: 9 }, 'nano-int8': { cpu: 4 }, 'slim-float32': { cpu: 80 }, 'slim-int8': { cpu: slim } });
    expect(chosen(cpu(realTime))).toBe('slim-int8');
    expect(chosen(cpu(realTime + 0.01))).toBe('nano-int8');
    // A network is real time if any form is, though float32 would be preferred by speed alone.
    expect(chosen({ ...cpu(realTime - 0.5), 'slim-float32': { cpu: realTime + 0.5 } })).toBe('slim-int8');
    expect(chosen({ ...cpu(realTime - 1), 'slim-float32': { cpu: realTime - 0.5 } })).toBe('slim-float32');
    expect(chosen({ 'nano-float32': { cpu: realTime + 1 }, 'nano-int8': { cpu: realTime + 0.5 } })).toBe('nano-float32');
    // Where nothing is, the fastest.
    expect(chosen({ 'nano-float32': { cpu: 300 }, 'nano-int8': { cpu: 150 }, 'slim-int8': { cpu: 2000 } })).toBe('nano-int8');
  });

  it('is a larger one only where that finds a point more', () => {
    const times = { 'nano-float32': { webgpu: 3 }, 'slim-float32': { webgpu: 12 } };
    const given = (nano: number | null, slim: number | null): string | undefined =>
      usualOf(zoo(times).map((each) => ({ ...each, accuracy: each.network === 'nano' ? nano : slim })))?.id;
    expect(given(0.6, 0.611)).toBe('slim-float32');
    for (const slim of [0.609, 0.6, 0.5, null]) expect(given(0.6, slim)).toBe('nano-float32');
    expect([given(null, null), given(null, 0.5)]).toEqual(['nano-float32', 'slim-float32']);
  });

  it('goes to a graphics card in float32, or in halves where those are faster there, never as int8', () => {
    const times = { 'nano-float32': { cpu: 20, webgpu: 6 }, 'nano-int8': { cpu: 9, webgpu: 1 } };
    expect(chosen(times)).toBe('nano-float32');
    expect(chosen({ ...times, 'nano-float16': { cpu: 21, webgpu: 4 } })).toBe('nano-float16');
    expect(chosen({ ...times, 'nano-float16': { webgpu: 5.9 } })).toBe('nano-float32');
    expect(chosen({ ...times, 'slim-float32': { cpu: 90, webgpu: 18 } })).toBe('slim-float32');
    // A slow card loses against bytes on the processor.
    expect(chosen({ 'nano-float32': { cpu: 20, webgpu: 15 }, 'nano-int8': { cpu: 9 } })).toBe('nano-int8');
  });

  it('keeps to the provider that was asked for', () => {
    const times = { 'nano-float32': { cpu: 20, webgpu: 3 }, 'nano-int8': { cpu: 9 }, 'slim-float32': { cpu: 90, webgpu: 12 } };
    expect(chosen(times)).toBe('slim-float32');
    expect(chosen(times, 'cpu')).toBe('nano-int8');
    expect(chosen(times, 'webgpu')).toBe('slim-float32');
    expect(chosen(times, 'cuda')).toBe('nano-float32');
  });
});

describe('a network that is not tried yet', () => {
  const tried = (time: number | null): readonly Candidate[] => (time === null ? zoo({}) : zoo({ 'nano-int8': { cpu: time } }));
  const slim = (accuracy: number | null): readonly Candidate[] => [{ ...candidate('slim', 'float32'), accuracy }, { ...candidate('slim', 'int8'), accuracy: 0.1 }];

  it('could be chosen where it finds a point more in any form, or nothing that was tried is real time', () => {
    expect([0.611, 0.609, 0.5, null].map((accuracy) => couldBeChosen(slim(accuracy), tried(realTime)))).toEqual([true, false, false, false]);
    expect([0.611, 0.5].map((accuracy) => couldBeChosen(slim(accuracy), tried(realTime + 0.01)))).toEqual([true, true]);
    expect([0.611, 0.5].map((accuracy) => couldBeChosen(slim(accuracy), tried(null)))).toEqual([true, true]);
    expect(couldBeChosen(slim(0.5), [])).toBe(true);
  });
});
