import { describe, expect, it } from 'vitest';
import { displayPx, ticks } from '../../../electron/engine/contract/contract.js';
import { clockFilters, drawingClock, eventTimes } from '../../../electron/engine/export/clock.js';
import { containerFor, isDeep, isRgb } from '../../../electron/engine/export/codecs.js';
import { paintFor } from '../../../electron/engine/export/colours.js';
import { frameEvents, measures, plainText, scriptHead, type Look } from '../../../electron/engine/export/draw.js';
import { ProgressMeter } from '../../../electron/engine/export/progress.js';
import type { FoundTool } from '../../../electron/engine/media/types.js';

const look = (change: Partial<Look> = {}): Look => ({
  size: { width: displayPx(1920), height: displayPx(1080) }, classes: ['car', 'person'],
  filter: { minScore: 0.4, hiddenClasses: [] }, labels: true, scores: true, ...change,
});
const times = { from: '0:00:00.00', to: '0:00:00.06' };
const toMs = (time: string): number => {
  const [h = 0, m = 0, s = 0] = time.split(':').map(Number);
  return ((h * 60 + m) * 60 + s) * 1000;
};

describe('the drawing clock', () => {
  const cases: [string, { num: number; den: number }, number[]][] = [
    ['30 frames/s', { num: 1, den: 15_360 }, Array.from({ length: 100 }, (_, k) => k * 512)],
    ['29.97 frames/s, late start', { num: 1, den: 30_000 }, Array.from({ length: 100 }, (_, k) => 150_000 + k * 1001)],
    ['milliseconds', { num: 1, den: 1000 }, Array.from({ length: 100 }, (_, k) => Math.round((k * 1000) / 60))],
    ['frames of one tick, and of many', { num: 1, den: 90_000 }, [0, 1, 3003, 3004, 90_000, 90_001]],
    ['frames as ticks', { num: 1001, den: 30_000 }, [-2, -1, 0, 1, 2, 50]],
    ['ten hours', { num: 1, den: 90_000 }, [0, 3000, 3_240_000_000, 3_240_003_000]],
  ];

  it.each(cases)('gives every frame events that no other frame sees: %s', (_, timeBase, pts) => {
    const clock = drawingClock({ timeBase, framesPerSecond: 30 }, ticks(pts[0]!), pts, 0);
    // What libass is asked for: milliseconds, cut to whole ones.
    const seen = pts.map((value) => Math.trunc(((value - pts[0]!) * clock.stretch * timeBase.num * 1000) / timeBase.den));
    for (const [k, value] of pts.entries()) {
      const { from, to } = eventTimes(clock, ticks(value));
      const inside = seen.flatMap((at, n) => (at >= toMs(from) && at < toMs(to) ? [n] : []));
      expect(inside).toEqual([k]);
    }
  });

  it('comes back to the same timestamps', () => {
    const clock = drawingClock({ timeBase: { num: 1, den: 90_000 }, framesPerSecond: 30 }, ticks(1234), [1234, 4237, 7240], 0);
    expect(clockFilters(clock, 1234)).toEqual({ before: 'setpts=(PTS-(1234))*3', after: 'setpts=PTS/3+(1234)' });
    for (const pts of [1234, 4237, 9_007_199_254]) expect(((pts - 1234) * 3) / 3 + 1234).toBe(pts);
  });

  it('finds the coarsest clock that counts every frame', () => {
    const step = (pts: number[], shift = 0): number => drawingClock({ timeBase: { num: 1, den: 30_000 }, framesPerSecond: 29.97 }, ticks(0), pts, shift).step;
    expect(step([0, 1001, 2002, 4004])).toBe(1001);
    expect(step([7, 1008, 2009])).toBe(7);
    expect(step([7, 1008, 2009], 7)).toBe(1001);
    expect(step([0, 1000, 2001])).toBe(1);
    expect(step([0])).toBe(1001);
  });
});

describe('drawing', () => {
  it('draws the edge of a box as whole pixels, half outside and half inside', () => {
    const events = frameEvents(Float32Array.from([100.4, 200.2, 300, 400, 0.876, 0]), look({ labels: false }), times);
    expect(events).toBe('Dialogue: 0,0:00:00.00,0:00:00.06,B4cc2ff,,0,0,0,,{\\pos(99,199)\\iclip(102,202,299,399)\\p1}m 0 0 l 203 0 203 203 0 203\n');
  });

  it('draws the surest last, and none below the score or of a hidden class', () => {
    const boxes = Float32Array.from([0, 0, 50, 50, 0.9, 0, 0, 0, 50, 50, 0.8, 1, 0, 0, 50, 50, 0.39, 0]);
    const styles = (change: Partial<Look>): string[] => [...frameEvents(boxes, look({ labels: false, ...change }), times).matchAll(/,B(\w+),/g)].map(([, style]) => style!);
    expect(styles({})).toEqual(['ffb000', '4cc2ff']);
    expect(styles({ filter: { minScore: 0, hiddenClasses: [0] } })).toEqual(['ffb000']);
  });

  it('keeps boxes and labels inside of the picture', () => {
    const boxes = Float32Array.from([-50, -50, 5000, 5000, 0.9, 0, 1910, 2, 1930, 20, 0.9, 0, 1919, 1079, 1920, 1080, 0.9, 0]);
    for (const [, x, y] of frameEvents(boxes, look(), times).matchAll(/\\pos\((\d+),(\d+)\)/g)) {
      expect(Number(x)).toBeLessThan(1920);
      expect(Number(y)).toBeLessThan(1080);
    }
    expect(frameEvents(boxes, look(), times)).toContain('\\an9\\pos(1917,');
  });

  it('writes class and score, or one of them, or none', () => {
    const text = (change: Partial<Look>): string => /\}([^}\n]*)\n$/.exec(frameEvents(Float32Array.from([0, 0, 50, 50, 0.876, 0]), look(change), times))![1]!;
    expect(text({})).toBe('car 0.88');
    expect(text({ scores: false })).toBe('car');
    expect(text({ classes: [''] })).toBe('0.88');
  });

  it.each([
    ['{\\pos(0,0)}', '(/pos(0,0))'],
    ['a\\Nb\\hc', 'a/Nb/hc'],
    ['line\nDialogue: 0,0:00:00.00,9:00:00.00,B,,0,0,0,,x', 'line Dialogue: 0,0:00:00.00,9:00:00.00,B,,0,0,0…'],
    ['left\u202eright\u0000', 'left right'],
    ['行人 🚶', '行人 🚶'],
    ['x'.repeat(200), `${'x'.repeat(47)}…`],
  ])('takes the name %j as text', (name, plain) => {
    expect(plainText(name)).toBe(plain);
    const events = frameEvents(Float32Array.from([0, 0, 50, 50, 0.9, 0]), look({ classes: [name] }), times);
    expect(events.trimEnd().split('\n')).toHaveLength(2);
    expect(events).toContain(`}${plain} 0.90\n`);
  });

  it('grows with the picture', () => {
    const at = (height: number): unknown => measures({ width: displayPx(height), height: displayPx(height) });
    expect(at(360)).toMatchObject({ line: 2, font: 12 });
    expect(at(1080)).toMatchObject({ line: 3, font: 26 });
    expect(at(2160)).toMatchObject({ line: 5, font: 51 });
  });

  it('has one pair of styles a colour, whatever the number of classes', () => {
    const classes = Array.from({ length: 5000 }, (_, k) => `class ${k}`);
    expect(scriptHead(look({ classes }), (hex) => hex).match(/^Style: /gm)).toHaveLength(24);
  });
});

describe('colours', () => {
  const tool = (major: number): FoundTool => ({ path: '', source: 'path', version: '', avutil: { major, minor: 0 } });
  it('are those asked for, also where FFmpeg draws HD with the colours of SD', () => {
    expect(paintFor(tool(59), 'bt709', 1080)('#ff0000')).toBe('#ff0000');
    expect(paintFor(tool(57), 'smpte170m', 1080)('#ff0000')).toBe('#ff0000');
    expect(paintFor(tool(57), null, 240)('#4cc2ff')).toBe('#4cc2ff');
    expect(paintFor(tool(57), 'bt709', 1080)('#808080')).toBe('#808080');
    expect(paintFor(tool(57), null, 1080)('#4cc2ff')).not.toBe('#4cc2ff');
  });
});

describe('containers', () => {
  it('follow the name', () => {
    expect(containerFor('/a/b.MP4', 'h264')).toBe('mp4');
    expect(containerFor('b.m4v', 'hevc')).toBe('mp4');
    expect(() => containerFor('b.mp4', 'prores')).toThrow('cannot hold ProRes');
    expect(() => containerFor('b.txt', 'h264')).toThrow('“.txt”');
  });

  it('know deep and RGB pixel formats', () => {
    const deep = ['yuv420p10le', 'yuv422p12be', 'yuva444p16le', 'p010le', 'gbrp10le', 'gbrap12le', 'gray16be', 'rgb48le', 'rgba64be', 'x2rgb10le', 'gray10le'];
    const flat = ['yuv420p', 'yuvj420p', 'yuv444p', 'nv12', 'nv16', 'rgb24', 'rgba', 'gray', 'pal8', 'gbrp', 'yuv410p', 'yuv411p', 'uyvy422', 'unknown'];
    expect(deep.filter((format) => !isDeep(format))).toEqual([]);
    expect(flat.filter(isDeep)).toEqual([]);
    expect(['rgb24', 'gbrp', 'pal8', 'bgra'].every(isRgb)).toBe(true);
    expect(['yuv420p', 'gray', 'nv12'].some(isRgb)).toBe(false);
  });
});

describe('progress', () => {
  it('reads what ffmpeg reports', () => {
    const meter = new ProgressMeter(100, 'libx264');
    expect(meter.line('frame=  10', 0)).toBeNull();
    expect(meter.line('out_time_ms=N/A', 0)).toBeNull();
    expect(meter.line('progress=continue', 1000)).toMatchObject({ framesDone: 10, framesPerSecond: null, remaining: null });
    meter.line('frame=30', 0);
    expect(meter.line('progress=continue', 2000)).toMatchObject({ framesDone: 30, framesPerSecond: 20, remaining: 3.5, framesTotal: 100 });
    meter.line('frame=100', 0);
    expect(meter.line('progress=end', 4000)).toMatchObject({ framesDone: 100, framesPerSecond: 30, remaining: 0 });
  });
});
