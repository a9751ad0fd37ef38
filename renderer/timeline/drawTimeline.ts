import { classColour } from '../../electron/engine/contract/contract.js';
import { shortTime } from '../player/timecode.js';
import { className } from '../state/selectors.js';
import type { Lane } from './lanes.js';
import { rulerTicks, timeToX, type Span } from './scale.js';

/** Heights in CSS pixels; the labels beside the canvas stand in the same rows. */
export const rows = { ruler: 22, strip: 18, gap: 2, analysed: 14 } as const;
/** CSS pixels of a bar of a strip. */
export const barWidth = 2;

export type TimelineColours = { readonly line: string; readonly faint: string; readonly text: string; readonly accent: string; readonly track: string };

export type TimelineScene = {
  readonly lanes: readonly Lane[];
  readonly names: readonly string[];
  readonly covered: Float32Array;
  readonly span: Span;
  readonly width: number;
  readonly ratio: number;
  readonly colours: TimelineColours;
};

const drawRuler = (context: CanvasRenderingContext2D, { span, width, colours, ratio }: TimelineScene, height: number): void => {
  const { times, digits } = rulerTicks(span, width, 72);
  context.font = "420 11px 'Inter Variable', system-ui, sans-serif";
  context.textBaseline = 'middle';
  const hair = 1 / ratio;
  for (const time of times) {
    const x = Math.round(timeToX(span, width, time) * ratio) / ratio;
    context.fillStyle = colours.line;
    context.fillRect(x, rows.ruler - 5, hair, 5);
    context.globalAlpha = 0.5;
    context.fillRect(x, rows.ruler, hair, height - rows.ruler);
    context.globalAlpha = 1;
    context.fillStyle = colours.faint;
    const label = shortTime(time, digits);
    const half = context.measureText(label).width / 2;
    context.fillText(label, Math.min(Math.max(x - half, 0), width - half * 2), 9);
  }
};

const drawStrip = (context: CanvasRenderingContext2D, strip: Lane, top: number, scene: TimelineScene): void => {
  const { colours, ratio, width } = scene;
  context.fillStyle = colours.line;
  context.globalAlpha = 0.6;
  context.fillRect(0, top + rows.strip - 1 / ratio, width, 1 / ratio);
  context.globalAlpha = 1;
  if (strip.most === 0) return;
  context.fillStyle = strip.classId === null ? colours.faint : classColour(className(scene.names, strip.classId));
  context.globalAlpha = strip.below ? 0.45 : 1;
  const room = rows.strip - 2;
  // Even a strip that never holds more than one does not fill its row: height is a number of objects.
  const full = Math.max(2, strip.most);
  let count = 0;
  for (let bin = 0; bin < strip.peak.length; bin++) {
    // A bin in which no frame begins shows the frame before it.
    if ((scene.covered[bin] ?? 0) >= 0) count = strip.peak[bin] as number;
    if (count === 0) continue;
    const tall = Math.max(2, Math.round((count / full) * room * ratio) / ratio);
    context.fillRect(bin * barWidth, top + rows.strip - tall, barWidth, tall);
  }
  context.globalAlpha = 1;
};

const drawAnalysed = (context: CanvasRenderingContext2D, top: number, { covered, colours, width }: TimelineScene): void => {
  const height = 4;
  const y = top + (rows.analysed - height) / 2;
  context.fillStyle = colours.track;
  context.fillRect(0, y, width, height);
  context.fillStyle = colours.accent;
  let share = 0;
  for (let bin = 0; bin < covered.length; bin++) {
    // A bin in which no frame begins shows the frame before it.
    if ((covered[bin] as number) >= 0) share = covered[bin] as number;
    if (share === 0) continue;
    context.globalAlpha = 0.25 + 0.75 * share;
    context.fillRect(bin * barWidth, y, barWidth, height);
  }
  context.globalAlpha = 1;
};

export const timelineHeight = (strips: number): number => rows.ruler + strips * (rows.strip + rows.gap) + rows.analysed;

/** Draws ruler, strips and what is analysed on a canvas of `width * ratio` device pixels. */
export const drawTimeline = (context: CanvasRenderingContext2D, scene: TimelineScene): void => {
  const height = timelineHeight(scene.lanes.length);
  context.setTransform(scene.ratio, 0, 0, scene.ratio, 0, 0);
  context.clearRect(0, 0, scene.width, height);
  drawRuler(context, scene, height);
  let top: number = rows.ruler;
  for (const lane of scene.lanes) {
    drawStrip(context, lane, top, scene);
    top += rows.strip + rows.gap;
  }
  drawAnalysed(context, top, scene);
};
