import type { Detection, FrameIndex, Seconds, Size } from '../../electron/engine/contract/contract.js';
import { classNames } from '../state/selectors.js';
import type { App } from '../state/slice.js';
import { boxAt, boxOnStage, drawBoxes, type BoxScene } from './drawBoxes.js';
import type { Rect } from './viewport.js';

/** Whether the boxes of the frame on screen are known. `empty`: nothing is on screen. */
export type OverlayState = 'empty' | 'analysed' | 'pending' | 'unknown';

export type Hover = { readonly detection: Detection; readonly box: Rect };

export type Geometry = { readonly stage: Size; readonly picture: Rect; readonly display: Size; readonly ratio: number };

const noGeometry: Geometry = {
  stage: { width: 0, height: 0 }, picture: { x: 0, y: 0, width: 0, height: 0 }, display: { width: 1, height: 1 }, ratio: 1,
};

/**
 * The boxes over the picture. Its canvas says in attributes what it shows: `data-state`, `data-frame`,
 * `data-time` (seconds), `data-boxes` (count), and while nothing moves `data-detail`, the boxes as
 * JSON rows `[x1, y1, x2, y2, score, classId]` in display pixels.
 */
export class Overlay {
  readonly #context: CanvasRenderingContext2D;
  #geometry = noGeometry;
  #frame: FrameIndex | null = null;
  #time: Seconds | null = null;
  #boxes: readonly Detection[] = [];
  #state: OverlayState = 'empty';
  #pointer: { readonly x: number; readonly y: number } | null = null;
  #hovered = -1;

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly getApp: () => App,
    private readonly onDrawn: (state: OverlayState, hover: Hover | null) => void,
  ) {
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('This browser gives no 2D canvas.');
    this.#context = context;
  }

  get state(): OverlayState {
    return this.#state;
  }

  /** The picture that is on screen now; `frame` is null where its number is not known. */
  show(frame: FrameIndex | null, time: Seconds | null): void {
    this.#frame = frame;
    this.#time = time;
    this.redraw();
  }

  place(geometry: Geometry): void {
    this.#geometry = geometry;
    const width = Math.round(geometry.stage.width * geometry.ratio);
    const height = Math.round(geometry.stage.height * geometry.ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.redraw();
  }

  /** Where the pointer is on the stage, CSS pixels; null where it is not. */
  point(pointer: { readonly x: number; readonly y: number } | null): void {
    this.#pointer = pointer;
    const before = this.#hovered;
    if (this.#findHovered() !== before) this.redraw();
  }

  /** True if the frame on screen was not analysed when it was drawn and is now. */
  get isStale(): boolean {
    return this.#state === 'pending' && this.#frame !== null && this.getApp().detections.has(this.#frame);
  }

  redraw(): void {
    const app = this.getApp();
    const boxes = this.#frame === null ? null : app.detections.at(this.#frame, app.filter);
    this.#state = this.#time === null ? 'empty' : this.#frame === null ? 'unknown' : boxes === null ? 'pending' : 'analysed';
    this.#boxes = boxes ?? [];
    this.#findHovered();
    drawBoxes(this.#context, this.#scene());
    this.#tell(app.playing);
    const detection = this.#boxes[this.#hovered];
    this.onDrawn(this.#state, detection === undefined ? null : { detection, box: boxOnStage(detection, this.#geometry) });
  }

  #scene(): BoxScene {
    const { picture, display, stage, ratio } = this.#geometry;
    return { boxes: this.#boxes, names: classNames(this.getApp()), picture, display, stage, ratio, hovered: this.#hovered };
  }

  #findHovered(): number {
    const at = this.#pointer;
    this.#hovered = at === null ? -1 : boxAt({ boxes: this.#boxes, ...this.#geometry }, at.x, at.y);
    return this.#hovered;
  }

  #tell(moving: boolean): void {
    const { dataset } = this.canvas;
    dataset['state'] = this.#state;
    dataset['frame'] = this.#frame === null ? '' : String(this.#frame);
    dataset['time'] = this.#time === null ? '' : String(this.#time);
    dataset['boxes'] = String(this.#boxes.length);
    if (moving) delete dataset['detail'];
    else dataset['detail'] = JSON.stringify(this.#boxes.map((box) => [box.x1, box.y1, box.x2, box.y2, box.score, box.classId]));
  }
}
