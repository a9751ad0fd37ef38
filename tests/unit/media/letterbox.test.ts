import { describe, expect, test } from 'vitest';
import { displayPx, modelPx } from '../../../electron/engine/contract/contract.js';
import { letterbox, toDisplay, toModel } from '../../../electron/engine/media/letterbox.js';
import type { Fit } from '../../../electron/engine/media/types.js';

const size = (width: number, height: number) => ({ width: displayPx(width), height: displayPx(height) });
const model = (width: number, height: number) => ({ width: modelPx(width), height: modelPx(height) });

describe('letterbox', () => {
  test.each<[Fit, [number, number], [number, number], [number, number, number, number]]>([
    ['top-left', [1920, 1080], [640, 640], [640, 360, 0, 0]],
    ['center', [1920, 1080], [640, 640], [640, 360, 0, 140]],
    ['center', [1080, 1920], [640, 640], [360, 640, 140, 0]],
    ['stretch', [1920, 1080], [320, 320], [320, 320, 0, 0]],
    ['center', [321, 241], [320, 320], [320, 240, 0, 40]],
    ['top-left', [100, 100], [416, 320], [320, 320, 0, 0]],
    ['center', [16384, 1], [320, 320], [320, 1, 0, 159]],
    ['top-left', [1, 1], [320, 320], [320, 320, 0, 0]],
  ])('%s %j into %j', (fit, [w, h], [mw, mh], [iw, ih, left, top]) => {
    const box = letterbox(size(w, h), model(mw, mh), fit);
    expect([box.inner.width, box.inner.height, box.left, box.top]).toEqual([iw, ih, left, top]);
    expect(box.scaleX).toBe(iw / w);
    expect(box.scaleY).toBe(ih / h);
    expect(box.pad).toBe(114);
  });

  test('there and back is the same box; the corners of the picture are its corners', () => {
    for (const fit of ['top-left', 'center', 'stretch'] as const) {
      const box = letterbox(size(1279, 717), model(416, 320), fit, 300);
      expect(box.pad).toBe(255);
      const whole = toModel(box, { x1: 0, y1: 0, x2: 1279, y2: 717 });
      expect(whole.x2 - whole.x1).toBeCloseTo(box.inner.width, 9);
      expect(whole.y2 - whole.y1).toBeCloseTo(box.inner.height, 9);
      const back = toDisplay(box, toModel(box, { x1: 10, y1: 20, x2: 300.5, y2: 400 }));
      for (const [k, value] of Object.entries({ x1: 10, y1: 20, x2: 300.5, y2: 400 })) expect(back[k as 'x1']).toBeCloseTo(value, 9);
    }
  });
});
