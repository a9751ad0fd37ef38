import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLASSES, CLIP_CLASSES } from '../../../tools/sample/actors.js';
import { expose } from '../../../tools/sample/film.js';
import { extents, Renderer, type TrueBox } from '../../../tools/sample/frame.js';
import { actors, CAMERA, street } from '../../../tools/sample/scene.js';

const [width, height] = [192, 108];
const renderer = (seed: number): Renderer => new Renderer(width, height, CAMERA, street(seed), actors(seed));

describe('the rendered street', () => {
  const [early, late] = [1.5, 8];
  let first: Renderer;
  let frames: { light: Float32Array; boxes: TrueBox[] }[];
  beforeAll(() => {
    first = renderer(7);
    frames = [early, late].map((time) => first.frame(time, 1 / 60));
  });

  it('is the same every time', () => {
    const again = renderer(7).frame(late, 1 / 60);
    expect(again.boxes).toEqual(frames[1]!.boxes);
    expect(Buffer.from(expose(again.light, width, height, 3, 1)).equals(Buffer.from(expose(frames[1]!.light, width, height, 3, 1)))).toBe(true);
  });

  it('changes with the seed', () => {
    const other = renderer(8).frame(late, 1 / 60);
    expect(other.light.some((value, i) => Math.abs(value - frames[1]!.light[i]!) > 0.05)).toBe(true);
  });

  it.each([[0, early], [1, late]] as const)('frames what is drawn, tightly (frame %i)', (index, time) => {
    const ids = first.identities(time);
    const seen = extents(ids, width);
    const { boxes } = frames[index]!;
    expect(boxes.length).toBeGreaterThan(8);
    for (const [x1, y1, x2, y2, kind, track, visible] of boxes) {
      const e = seen.get(track)!;
      expect([x1, y1, x2, y2]).toEqual([e.x1, e.y1, e.x2 + 1, e.y2 + 1]);
      expect(CLASSES[kind]).toBeDefined();
      expect(visible).toBeGreaterThan(0);
      expect(visible).toBeLessThanOrEqual(1);
      // Every side touches a pixel of the object.
      const at = (x: number, y: number): boolean => ids[y * width + x] === track;
      const columns = Array.from({ length: y2 - y1 }, (_, k) => y1 + k);
      expect(columns.some((y) => at(x1, y)) && columns.some((y) => at(x2 - 1, y))).toBe(true);
    }
    const large = [...seen].filter(([, e]) => e.count >= 12).map(([track]) => track);
    expect(boxes.map((box) => box[5]).sort((a, b) => a - b)).toEqual(large.sort((a, b) => a - b));
  });

  it('shows light where things are: a moving car differs from the empty street', () => {
    const box = frames[1]!.boxes.find(([x1, , x2, , kind]) => CLASSES[kind] === 'car' && x2 - x1 > 20)!;
    const [x, y] = [Math.round((box[0] + box[2]) / 2), Math.round((box[1] + box[3]) / 2)];
    const i = (y * width + x) * 3;
    const difference = [0, 1, 2].map((k) => Math.abs(frames[0]!.light[i + k]! - frames[1]!.light[i + k]!));
    expect(Math.max(...difference)).toBeGreaterThan(0.02);
  });

  it('holds no light that is not a number', () => {
    for (const { light } of frames) expect(light.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
  });
});

describe('the shipped truth', () => {
  type Truth = { width: number; height: number; framesPerSecond: number; classes: string[]; frames: TrueBox[][] };
  const truth = JSON.parse(readFileSync(new URL('../../../assets/sample.json', import.meta.url), 'utf8')) as Truth;

  it('covers every frame with boxes inside the picture', () => {
    expect([truth.width, truth.height, truth.framesPerSecond, truth.frames.length]).toEqual([1280, 720, 30, 330]);
    expect(truth.classes).toEqual([...CLIP_CLASSES]);
    expect(CLASSES.slice(0, CLIP_CLASSES.length)).toEqual([...CLIP_CLASSES]);
    for (const [x1, y1, x2, y2] of truth.frames.flat()) {
      expect(x1 >= 0 && y1 >= 0 && x1 < x2 && y1 < y2 && x2 <= 1280 && y2 <= 720).toBe(true);
    }
  });

  it('has all six classes, several of them large', () => {
    for (const [id, name] of CLIP_CLASSES.entries()) {
      const boxes = truth.frames.flat().filter((box) => box[4] === id);
      expect(boxes.length, name).toBeGreaterThan(60);
      expect(Math.max(...boxes.map((box) => box[3] - box[1])), name).toBeGreaterThan(100);
    }
  });

  it('gives a track one class for life', () => {
    const classOf = new Map<number, number>();
    for (const box of truth.frames.flat()) {
      expect(classOf.get(box[5]) ?? box[4]).toBe(box[4]);
      classOf.set(box[5], box[4]);
    }
    expect(classOf.size).toBeGreaterThan(20);
  });
});
