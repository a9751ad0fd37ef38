import type { Size } from '../../electron/engine/contract/contract.js';
import { pixelRatio } from '../app/pixelRatio.js';
import type { Geometry } from './overlay.js';
import { fitted, kept, panned, pictureRect, zoomedAt, type Viewport } from './viewport.js';

/** From this many device pixels a picture pixel on, pixels are shown as squares. */
const squaresFrom = 4;

export type StageEvents = {
  readonly placed: (geometry: Geometry, zoom: number) => void;
  readonly pointed: (at: { readonly x: number; readonly y: number } | null) => void;
  readonly clicked: () => void;
  readonly doubleClicked: () => void;
};

/** The area the picture lies in: fits, zooms and pans it, and keeps canvases on whole device pixels. */
export class Stage {
  #stage: Size = { width: 0, height: 0 };
  #ratio = 1;
  #display: Size = { width: 16, height: 9 };
  #view: Viewport = fitted;
  #drag: { readonly pointer: number; x: number; y: number; moved: boolean } | null = null;
  readonly #observer: ResizeObserver;
  readonly #life = new AbortController();

  constructor(
    private readonly element: HTMLElement,
    private readonly picture: HTMLCanvasElement,
    private readonly events: StageEvents,
  ) {
    this.#observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) this.#measure(entry);
    });
    this.#observer.observe(element, { box: 'device-pixel-content-box' });
    const { signal } = this.#life;
    element.addEventListener('wheel', this.#wheel, { signal, passive: false });
    element.addEventListener('pointerdown', this.#down, { signal });
    element.addEventListener('pointermove', this.#move, { signal });
    element.addEventListener('pointerup', this.#up, { signal });
    element.addEventListener('pointercancel', () => { this.#drag = null; }, { signal });
    element.addEventListener('pointerleave', () => events.pointed(null), { signal });
    element.addEventListener('dblclick', () => events.doubleClicked(), { signal });
  }

  close(): void {
    this.#observer.disconnect();
    this.#life.abort();
  }

  /** A picture of another size, in display pixels; it is fitted. */
  show(display: Size): void {
    this.#display = display;
    this.#view = fitted;
    this.#place();
  }

  zoomBy(factor: number): void {
    this.#zoomAt(factor, { x: this.#stage.width / 2, y: this.#stage.height / 2 });
  }

  fit(): void {
    this.#view = fitted;
    this.#place();
  }

  #measure(entry: ResizeObserverEntry): void {
    const css = entry.contentBoxSize[0];
    if (css === undefined) return;
    this.#stage = { width: css.inlineSize, height: css.blockSize };
    this.#ratio = pixelRatio(entry);
    this.#view = kept(this.#stage, this.#display, this.#view);
    this.#place();
  }

  #place(): void {
    const exact = pictureRect(this.#stage, this.#display, this.#view);
    const snap = (value: number): number => Math.round(value * this.#ratio) / this.#ratio;
    const picture = {
      x: snap(exact.x), y: snap(exact.y),
      width: snap(exact.x + exact.width) - snap(exact.x), height: snap(exact.y + exact.height) - snap(exact.y),
    };
    const { style } = this.picture;
    style.left = `${picture.x}px`;
    style.top = `${picture.y}px`;
    style.width = `${picture.width}px`;
    style.height = `${picture.height}px`;
    const squares = (picture.width / this.#display.width) * this.#ratio >= squaresFrom && this.#view.zoom > 1;
    style.imageRendering = squares ? 'pixelated' : 'auto';
    this.element.dataset['zoomed'] = String(this.#view.zoom > 1);
    this.events.placed({ stage: this.#stage, picture, display: this.#display, ratio: this.#ratio }, this.#view.zoom);
  }

  #zoomAt(factor: number, at: { readonly x: number; readonly y: number }): void {
    this.#view = zoomedAt(this.#stage, this.#display, this.#view, factor, at);
    this.#place();
  }

  #at(event: MouseEvent): { x: number; y: number } {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  /** Wheel and trackpad pinch (which comes as a wheel with Ctrl) zoom about the pointer. */
  readonly #wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const sensitivity = event.ctrlKey ? 0.01 : 0.0018;
    this.#zoomAt(Math.exp(-event.deltaY * lines * sensitivity), this.#at(event));
  };

  readonly #down = (event: PointerEvent): void => {
    if (event.button > 1) return;
    this.#drag = { pointer: event.pointerId, x: event.clientX, y: event.clientY, moved: false };
  };

  readonly #move = (event: PointerEvent): void => {
    const drag = this.#drag;
    if (drag?.pointer === event.pointerId) {
      const dx = event.clientX - drag.x;
      const dy = event.clientY - drag.y;
      if (!drag.moved && Math.hypot(dx, dy) < 4) return;
      if (!drag.moved) this.element.setPointerCapture(event.pointerId);
      drag.moved = true;
      drag.x = event.clientX;
      drag.y = event.clientY;
      this.#view = panned(this.#stage, this.#display, this.#view, dx, dy);
      this.#place();
    }
    this.events.pointed(this.#at(event));
  };

  readonly #up = (event: PointerEvent): void => {
    const drag = this.#drag;
    this.#drag = null;
    if (drag !== null && !drag.moved && event.button === 0) this.events.clicked();
  };
}
