import { describe, expect, it } from 'vitest';
import { boxFault, frameLine, roundTime, storable } from '../../../electron/engine/results/format.js';
import { LineParser } from '../../../electron/engine/results/line.js';

const parse = (line: string, classes = 3): ReturnType<LineParser['parse']> => {
  const bytes = Buffer.from(`x${line}y`);
  return new LineParser(classes).parse(bytes, 1, bytes.length - 1);
};

describe('a line of results', () => {
  it('looks as other tools expect it', () => {
    const boxes = Float32Array.from([1.005, 2, 1919.999, 1080, 0.98767, 2, -3.25, 0, 10, 10, 1, 0]);
    expect(frameLine(7, 7 / 30, boxes))
      .toBe('{"i":7,"t":0.233333333,"d":[[1,2,1920,1080,0.9877,2],[-3.25,0,10,10,1,0]]}\n');
    expect(frameLine(0, 0, new Float32Array())).toBe('{"i":0,"t":0,"d":[]}\n');
  });

  it('keeps times to well under a microsecond over days', () => {
    for (const [num, den] of [[1, 90_000], [1001, 30_000], [1, 1_000_000], [1, 15_360], [1, 25]] as const) {
      for (const ticks of [1, 3, 7777, 1_234_567, 400_000_007]) {
        const time = (ticks * num) / den;
        const line = frameLine(1, time, new Float32Array());
        const read = parse(line.trim());
        expect(Math.abs((typeof read === 'string' ? NaN : read.time) - time)).toBeLessThan(1e-8);
        expect(Math.abs(roundTime(time) - time)).toBeLessThan(1e-8);
      }
    }
  });

  it('reads back exactly what is stored', () => {
    const kept = storable(Float32Array.from([0.1, 0.2, 1234.567, 999.991, 0.33333, 1]), 3);
    const read = parse(frameLine(3, 0.1, kept).trim());
    expect(read).toEqual({ index: 3, time: 0.1, boxes: kept });
  });

  it('reads the same from other spellings of the same JSON', () => {
    const expected = { index: 3, time: 0.5, boxes: Float32Array.from([1, 2, 3, 4, 0.5, 1]) };
    expect(parse('{"i":3,"t":0.5,"d":[[1,2,3,4,0.5,1]]}')).toEqual(expected);
    expect(parse('{"i": 3, "t": 5e-1, "d": [[1.0, 2, 3, 4, 0.5, 1]]}')).toEqual(expected);
    expect(parse('{"d":[[1,2,3,4,0.50000000000000000000,1]],"t":0.5,"i":3,"__proto__":{"i":9}}')).toEqual(expected);
    expect(parse('{"i":3,"t":1e-7,"d":[]}')).toEqual({ index: 3, time: 1e-7, boxes: new Float32Array() });
  });

  it.each([
    ['', 'not a JSON object'],
    ['null', 'expected object'],
    ['[]', 'expected object'],
    ['{"i":1,"t":0}', 'd:'],
    ['{"i":1,"t":0,"d":[[1,2,3,4,0.5]]}', 'd.0'],
    ['{"i":1,"t":0,"d":[[1,2,3,4,0.5,1,1]]}', 'd.0'],
    ['{"i":1,"t":0,"d":[[1,2,3,4,0.5,"1"]]}', 'd.0.5'],
    ['{"i":1,"t":0,"d":[[1,2,3,4,NaN,1]]}', 'not a JSON object'],
    ['{"i":1,"t":0,"d":[[1,2,1e999,4,0.5,1]]}', 'd.0.2'],
    ['{"i":1,"t":0,"d":[[1,2,3,4,0.5,01]]}', 'not a JSON object'],
    ['{"i":1,"t":0,"d":[[1,2,3,4,.5,1]]}', 'not a JSON object'],
    ['{"i":1,"t":0,"d":[[1,2,3,4,0.5,1]],}', 'not a JSON object'],
    ['{"i":1.5,"t":0,"d":[]}', 'frame numbers'],
    ['{"i":-1,"t":0,"d":[]}', 'frame numbers'],
    ['{"i":16777216,"t":0,"d":[]}', 'frame numbers'],
    ['{"i":1,"t":-1,"d":[]}', 'a time of -1'],
    ['{"i":1,"t":1000000000,"d":[]}', 'a time of'],
    ['{"i":1,"t":0,"d":[[5,2,3,4,0.5,1]]}', 'ends before'],
    ['{"i":1,"t":0,"d":[[1,2,3,4000000,0.5,1]]}', 'outside'],
    ['{"i":1,"t":0,"d":[[1,2,3,4,1.5,1]]}', 'score'],
    ['{"i":1,"t":0,"d":[[1,2,3,4,0.5,3]]}', 'class'],
    ['{"i":1,"t":0,"d":[[1,2,3,4,0.5,0.5]]}', 'class'],
    ['{"__proto__":{"i":1,"t":0,"d":[]}}', 'i:'],
  ])('refuses %s', (line, reason) => {
    expect(parse(line)).toContain(reason);
  });

  it('grows for many boxes and refuses more than a frame may have', () => {
    const line = (count: number): string => `{"i":1,"t":0,"d":[${Array<string>(count).fill('[1,2,3,4,0.5,1]').join(',')}]}`;
    expect(parse(line(20_000))).toMatchObject({ index: 1 });
    expect(parse(line(20_001))).toContain('d:');
  });
});

describe('storable', () => {
  it('leaves out what is no box', () => {
    const good = [1, 2, 3, 4, 0.5, 1];
    const bad = [[NaN, 0, 1, 1, 0.5, 0], [5, 0, 1, 1, 0.5, 0], [0, 0, Infinity, 1, 0.5, 0], [0, 0, 1, 1, 2, 0], [0, 0, 1, 1, 0.5, 3]];
    expect(storable(Float32Array.from([...bad.flat(), ...good]), 3)).toEqual(Float32Array.from(good));
  });

  it('agrees with the reader about the limits', () => {
    expect(boxFault(-1e6, -1e6, 1e6, 1e6, 1, 2, 3)).toBeNull();
    expect(boxFault(0, 0, 0, 0, 0, 0, 1)).toBeNull();
    expect(boxFault(0, 0, 1.0e6 + 1, 0, 0, 0, 1)).not.toBeNull();
  });
});
