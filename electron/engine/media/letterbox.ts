import { modelPx, type DisplayPx, type ModelPx, type Size } from '../contract/contract.js';
import type { Fit, Letterbox } from './types.js';

/** Grey of the border that most detectors were trained with. */
export const usualPad = 114;

/**
 * Fits a picture into a model's input. The picture keeps its shape (to the nearest whole pixel)
 * unless `fit` is 'stretch'; the border is grey `pad` (0..255) on the right and below ('top-left')
 * or on all sides ('center').
 */
export const letterbox = (display: Size<DisplayPx>, model: Size<ModelPx>, fit: Fit, pad: number = usualPad): Letterbox => {
  const ratio = Math.min(model.width / display.width, model.height / display.height);
  const inside = (length: number, limit: number): ModelPx =>
    modelPx(fit === 'stretch' ? limit : Math.min(limit, Math.max(1, Math.round(length * ratio))));
  const inner = { width: inside(display.width, model.width), height: inside(display.height, model.height) };
  const before = (free: number): number => (fit === 'center' ? Math.floor(free / 2) : 0);
  return {
    model,
    inner,
    left: before(model.width - inner.width),
    top: before(model.height - inner.height),
    scaleX: inner.width / display.width,
    scaleY: inner.height / display.height,
    pad: Math.min(255, Math.max(0, Math.round(pad))),
  };
};

/** Horizontal place in display pixels of a model pixel column. */
export const toDisplayX = (box: Letterbox, x: number): DisplayPx => ((x - box.left) / box.scaleX) as DisplayPx;
/** Vertical place in display pixels of a model pixel row. */
export const toDisplayY = (box: Letterbox, y: number): DisplayPx => ((y - box.top) / box.scaleY) as DisplayPx;

type Corners = { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };

/** A box in model pixels as display pixels; it may reach outside the picture. */
export const toDisplay = (box: Letterbox, { x1, y1, x2, y2 }: Corners): Corners => ({
  x1: toDisplayX(box, x1), y1: toDisplayY(box, y1), x2: toDisplayX(box, x2), y2: toDisplayY(box, y2),
});

/** A box in display pixels as model pixels. */
export const toModel = (box: Letterbox, { x1, y1, x2, y2 }: Corners): Corners => ({
  x1: x1 * box.scaleX + box.left, y1: y1 * box.scaleY + box.top, x2: x2 * box.scaleX + box.left, y2: y2 * box.scaleY + box.top,
});
