import { describe, expect, it } from 'vitest';
import { boxAt, boxOnStage } from '../../../renderer/player/drawBoxes.js';
import { placeLabels, plateHeight } from '../../../renderer/player/labels.js';
import { shortTime, timecode } from '../../../renderer/player/timecode.js';
import { fitted, kept, panned, pictureRect, zoomedAt, type Rect } from '../../../renderer/player/viewport.js';
import { canvasSize } from '../../../renderer/player/picture.js';

const stage = { width: 800, height: 600 };
const hd = { width: 1920, height: 1080 };

describe('viewport', () => {
  it('fits the picture into the middle', () => {
    expect(pictureRect(stage, hd, fitted)).toEqual({ x: 0, y: 75, width: 800, height: 450 });
    expect(pictureRect(stage, { width: 100, height: 200 }, fitted)).toEqual({ x: 250, y: 0, width: 300, height: 600 });
  });

  it('zooms about the pointer', () => {
    const at = { x: 200, y: 300 };
    const before = pictureRect(stage, hd, fitted);
    const after = pictureRect(stage, hd, zoomedAt(stage, hd, fitted, 3, at));
    expect((at.x - after.x) / after.width).toBeCloseTo((at.x - before.x) / before.width, 9);
    expect((at.y - after.y) / after.height).toBeCloseTo((at.y - before.y) / before.height, 9);
  });

  it('never leaves a gap, never gets smaller than fitting, and survives a stage without size', () => {
    const far = panned(stage, hd, zoomedAt(stage, hd, fitted, 4, { x: 0, y: 0 }), 1e6, 1e6);
    const rect = pictureRect(stage, hd, far);
    expect(rect.x).toBeCloseTo(0, 9);
    expect(rect.y).toBeCloseTo(0, 9);
    expect(zoomedAt(stage, hd, fitted, 0.01, { x: 5, y: 5 })).toEqual(fitted);
    expect(kept({ width: 0, height: 0 }, hd, fitted)).toEqual(fitted);
  });

  it('paints large pictures no larger than a screen can show', () => {
    expect(canvasSize(hd)).toEqual(hd);
    expect(canvasSize({ width: 7680, height: 4320 })).toEqual({ width: 3840, height: 2160 });
    expect(canvasSize({ width: 1, height: 9000 })).toEqual({ width: 1, height: 3840 });
  });
});

describe('labels', () => {
  const box = (x: number, y: number, width = 60, height = 80): Rect => ({ x, y, width, height });
  const overlap = (a: Rect, b: Rect): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  it('stands above the box, inside at the upper edge, and inside the stage at the right', () => {
    expect(placeLabels([{ box: box(100, 100), width: 50 }], stage)[0]).toEqual({ x: 99, y: 82, width: 50, height: plateHeight });
    expect(placeLabels([{ box: box(100, 4), width: 50 }], stage)[0]).toMatchObject({ y: 5 });
    expect(placeLabels([{ box: box(790, 100), width: 50 }], stage)[0]).toMatchObject({ x: 750 });
  });

  it('yields rather than cover another: 300 boxes, no two labels overlap, the first keeps its own', () => {
    const boxes = Array.from({ length: 300 }, (_, n) => ({ box: box((n * 37) % 760, (n * 53) % 540, 20 + (n % 40), 20 + (n % 50)), width: 70 }));
    const places = placeLabels(boxes, stage);
    const shown = places.filter((place): place is Rect => place !== null);
    expect(places[0]).not.toBeNull();
    expect(shown.length).toBeGreaterThan(40);
    shown.forEach((a, k) => shown.slice(k + 1).forEach((b) => expect(overlap(a, b)).toBe(false)));
  });

  it('has none for a box out of sight', () => {
    expect(placeLabels([{ box: box(-500, 10), width: 50 }, { box: box(10, 700), width: 50 }], stage)).toEqual([null, null]);
  });
});

describe('boxes on the stage', () => {
  const scene = { picture: { x: 10, y: 20, width: 192, height: 108 }, display: hd };
  const detection = (x1: number, y1: number, x2: number, y2: number) => ({ x1, y1, x2, y2, score: 0.5, classId: 0 });

  it('lie where they are in the picture', () => {
    expect(boxOnStage(detection(100, 200, 300, 500), scene)).toEqual({ x: 20, y: 40, width: 20, height: 30 });
  });

  it('answer to the pointer, the smallest first', () => {
    const boxes = [detection(0, 0, 1920, 1080), detection(100, 200, 300, 500)];
    expect(boxAt({ ...scene, boxes }, 25, 50)).toBe(1);
    expect(boxAt({ ...scene, boxes }, 100, 100)).toBe(0);
    expect(boxAt({ ...scene, boxes }, 400, 400)).toBe(-1);
  });
});

describe('time in words', () => {
  it('is exact to the millisecond and never says the next frame', () => {
    expect(timecode(67.433)).toBe('00:01:07.433');
    expect(timecode(1.001)).toBe('00:00:01.001');
    expect(timecode(0.9999)).toBe('00:00:00.999');
    expect(timecode(3 / 25)).toBe('00:00:00.120');
    expect(timecode(36_000.04)).toBe('10:00:00.040');
    expect(timecode(-1)).toBe('00:00:00.000');
  });

  it('is short on the ruler', () => {
    expect(shortTime(67)).toBe('1:07');
    expect(shortTime(0.5, 1)).toBe('0:00.5');
    expect(shortTime(59.999, 1)).toBe('1:00.0');
    expect(shortTime(3600)).toBe('1:00:00');
  });
});
