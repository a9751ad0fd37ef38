import type { StoreApi } from 'zustand';
import { classNames } from '../state/selectors.js';
import type { App } from '../state/slice.js';
import { binsOfFrames, coverage } from './bins.js';
import { barWidth, drawTimeline, timelineHeight, type TimelineColours } from './drawTimeline.js';
import { Lanes, type Lane } from './lanes.js';
import type { Span } from './scale.js';

export type Legend = readonly Omit<Lane, 'peak'>[];

const coloursOf = (element: Element): TimelineColours => {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return { line: token('--line-strong'), faint: token('--text-faint'), text: token('--text'), accent: token('--accent'), track: token('--control') };
};

/** Keeps the timeline's canvas true of the store. Draws at most once a screen refresh. */
export class TimelinePainter {
  readonly #context: CanvasRenderingContext2D;
  readonly #lanes = new Lanes();
  #span: Span = { from: 0, to: 1 };
  #width = 0;
  #ratio = 1;
  #binOf: Int32Array = new Int32Array();
  #binOfIsOld = true;
  #wanted = 0;
  #legend = '';
  readonly #stops: readonly (() => void)[];

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly app: StoreApi<App>,
    private readonly onLegend: (legend: Legend) => void,
  ) {
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('This browser gives no 2D canvas.');
    this.#context = context;
    const followTheme = new MutationObserver(() => this.redraw());
    followTheme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const light = matchMedia('(prefers-color-scheme: light)');
    const redraw = (): void => this.redraw();
    light.addEventListener('change', redraw);
    this.#stops = [
      () => followTheme.disconnect(),
      () => light.removeEventListener('change', redraw),
      app.subscribe((now, before) => {
        if (now.frames !== before.frames) this.#binOfIsOld = true;
        const changed = now.frames !== before.frames || now.filter !== before.filter || now.detections !== before.detections ||
          now.detectionsVersion !== before.detectionsVersion || now.run !== before.run || now.classList !== before.classList ||
          now.classHold !== before.classHold || now.belowOpen !== before.belowOpen;
        if (changed) this.redraw();
      }),
    ];
  }

  close(): void {
    this.#stops.forEach((stop) => stop());
    cancelAnimationFrame(this.#wanted);
  }

  /** Width in CSS pixels and device pixels per CSS pixel. */
  resize(width: number, ratio: number): void {
    this.#width = width;
    this.#ratio = ratio;
    this.#binOfIsOld = true;
    this.redraw();
  }

  show(span: Span): void {
    if (span.from === this.#span.from && span.to === this.#span.to) return;
    this.#span = span;
    this.#binOfIsOld = true;
    this.redraw();
  }

  redraw(): void {
    if (this.#wanted === 0) this.#wanted = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#wanted = 0;
    if (this.#width <= 0) return;
    const now = this.app.getState();
    const bins = Math.max(1, Math.floor(this.#width / barWidth));
    if (this.#binOfIsOld) {
      this.#binOf = binsOfFrames(now.frames?.times ?? new Float64Array(), this.#span, bins);
      this.#binOfIsOld = false;
    }
    const lanes = this.#lanes.of(now, this.#binOf, bins);
    this.#sizeCanvas(timelineHeight(lanes.length));
    drawTimeline(this.#context, {
      lanes, names: classNames(now), covered: coverage(now.detections, this.#binOf, bins), span: this.#span,
      width: this.#width, ratio: this.#ratio, colours: coloursOf(this.canvas),
    });
    this.#tellLegend(lanes);
  }

  #sizeCanvas(height: number): void {
    const width = Math.round(this.#width * this.#ratio);
    const tall = Math.round(height * this.#ratio);
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== tall) this.canvas.height = tall;
    this.canvas.style.height = `${height}px`;
  }

  #tellLegend(lanes: readonly Lane[]): void {
    const legend = lanes.map(({ classId, classes, most, below }) => ({ classId, classes, most, below }));
    const text = JSON.stringify(legend);
    if (text === this.#legend) return;
    this.#legend = text;
    this.onLegend(legend);
  }
}
