import { classColour, textOn, type Detection, type Size } from '../../electron/engine/contract/contract.js';
import { className } from '../state/selectors.js';
import { placeLabels, plateHeight } from './labels.js';
import type { Rect } from './viewport.js';

/** What is drawn over the picture. */
export type BoxScene = {
  readonly boxes: readonly Detection[];
  readonly names: readonly string[];
  /** Where the picture lies in the stage, CSS pixels. */
  readonly picture: Rect;
  /** Size of the picture in display pixels. */
  readonly display: Size;
  readonly stage: Size;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  /** Number of the hovered box in `boxes`, -1 if none is. */
  readonly hovered: number;
};

const font = "560 12px 'Inter Variable', system-ui, sans-serif";
const padding = 5;
const halo = 'rgba(0, 0, 0, 0.6)';

/** A box in CSS pixels of the stage. */
export const boxOnStage = (box: Detection, { picture, display }: Pick<BoxScene, 'picture' | 'display'>): Rect => {
  const scaleX = picture.width / display.width;
  const scaleY = picture.height / display.height;
  return {
    x: picture.x + box.x1 * scaleX, y: picture.y + box.y1 * scaleY,
    width: (box.x2 - box.x1) * scaleX, height: (box.y2 - box.y1) * scaleY,
  };
};

/** Number of the smallest box at a point of the stage (CSS pixels), -1 if there is none. */
export const boxAt = (scene: Pick<BoxScene, 'boxes' | 'picture' | 'display'>, x: number, y: number): number => {
  let found = -1;
  let smallest = Infinity;
  const reach = 3;
  scene.boxes.forEach((box, n) => {
    const rect = boxOnStage(box, scene);
    const inside = x >= rect.x - reach && x <= rect.x + rect.width + reach && y >= rect.y - reach && y <= rect.y + rect.height + reach;
    const area = rect.width * rect.height;
    if (inside && area < smallest) {
      found = n;
      smallest = area;
    }
  });
  return found;
};

const nameWidths = new Map<string, number>();
let scoreWidth = 0;

/** Width of a name on its plate; measured once, digits are all equally wide. */
const labelWidth = (context: CanvasRenderingContext2D, name: string): number => {
  let width = nameWidths.get(name);
  if (width === undefined) {
    width = context.measureText(name).width;
    scoreWidth = context.measureText('0.00').width;
    nameWidths.set(name, width);
  }
  return Math.ceil(width + scoreWidth + padding * 2 + 5);
};

/** Widths must be measured anew once the font has come. */
export const forgetWidths = (): void => nameWidths.clear();

/** Edges on whole device pixels, so that lines are never blurred. */
const snapped = (rect: Rect, ratio: number, line: number): Rect => {
  const odd = line % 2 === 1 ? 0.5 : 0;
  const x = Math.round(rect.x * ratio) + odd;
  const y = Math.round(rect.y * ratio) + odd;
  return {
    x, y,
    width: Math.max(1, Math.round((rect.x + rect.width) * ratio) + odd - x),
    height: Math.max(1, Math.round((rect.y + rect.height) * ratio) + odd - y),
  };
};

const drawFrames = (context: CanvasRenderingContext2D, scene: BoxScene, rects: readonly Rect[], order: readonly number[]): void => {
  const line = Math.max(1, Math.round(2 * scene.ratio));
  const edge = Math.max(1, Math.round(scene.ratio));
  const byColour = new Map<string, Path2D>();
  const all = new Path2D();
  for (const n of order) {
    const rect = rects[n];
    const box = scene.boxes[n];
    if (rect === undefined || box === undefined) continue;
    const { x, y, width, height } = snapped(rect, scene.ratio, line);
    const colour = classColour(className(scene.names, box.classId));
    const path = byColour.get(colour) ?? new Path2D();
    path.rect(x, y, width, height);
    all.rect(x, y, width, height);
    byColour.set(colour, path);
  }
  context.lineJoin = 'round';
  context.strokeStyle = halo;
  context.lineWidth = line + edge * 2;
  context.stroke(all);
  context.lineWidth = line;
  for (const [colour, path] of byColour) {
    context.strokeStyle = colour;
    context.stroke(path);
  }
};

const drawLabels = (context: CanvasRenderingContext2D, scene: BoxScene, rects: readonly Rect[], order: readonly number[]): void => {
  context.setTransform(scene.ratio, 0, 0, scene.ratio, 0, 0);
  context.font = font;
  context.textBaseline = 'middle';
  const nameOf = (n: number): string => className(scene.names, scene.boxes[n]?.classId ?? -1);
  const labels = order.map((n) => ({ box: rects[n] ?? { x: 0, y: 0, width: 0, height: 0 }, width: labelWidth(context, nameOf(n)) }));
  placeLabels(labels, scene.stage).forEach((place, k) => {
    const n = order[k];
    const box = n === undefined ? undefined : scene.boxes[n];
    if (place === null || n === undefined || box === undefined) return;
    const name = nameOf(n);
    const colour = classColour(name);
    context.fillStyle = halo;
    context.fillRect(place.x - 1, place.y - 1, place.width + 2, plateHeight + 2);
    context.fillStyle = colour;
    context.fillRect(place.x, place.y, place.width, plateHeight);
    context.fillStyle = textOn(colour);
    const middle = place.y + plateHeight / 2 + 0.5;
    context.fillText(name, place.x + padding, middle);
    context.globalAlpha = 0.72;
    context.fillText(box.score.toFixed(2), place.x + place.width - padding - scoreWidth, middle);
    context.globalAlpha = 1;
  });
};

/** Draws all boxes on a cleared canvas of `stage * ratio` device pixels; the hovered one comes last and on top. */
export const drawBoxes = (context: CanvasRenderingContext2D, scene: BoxScene): void => {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  const rects = scene.boxes.map((box) => boxOnStage(box, scene));
  const hovered = scene.boxes[scene.hovered] === undefined ? -1 : scene.hovered;
  const others = rects.map((_, n) => n).filter((n) => n !== hovered);
  context.globalAlpha = hovered < 0 ? 1 : 0.45;
  drawFrames(context, scene, rects, others);
  context.globalAlpha = 1;
  if (hovered >= 0) {
    const rect = snapped(rects[hovered] as Rect, scene.ratio, 0);
    context.fillStyle = `${classColour(className(scene.names, scene.boxes[hovered]?.classId ?? -1))}2e`;
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
    drawFrames(context, scene, rects, [hovered]);
  }
  // A card tells what the hovered one is; the others step back.
  if (hovered < 0) drawLabels(context, scene, rects, others);
};
