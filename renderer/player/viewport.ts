import type { Size } from '../../electron/engine/contract/contract.js';

/** How the picture lies in the stage: `zoom` 1 fits it, `x` and `y` are the stage point (0..1) of its middle. */
export type Viewport = { readonly zoom: number; readonly x: number; readonly y: number };

/** A rectangle in CSS pixels of the stage. */
export type Rect = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

export const fitted: Viewport = { zoom: 1, x: 0.5, y: 0.5 };
const mostZoom = 64;

const fitScale = (stage: Size, picture: Size): number =>
  Math.min(stage.width / Math.max(1, picture.width), stage.height / Math.max(1, picture.height));

/** Where the picture is drawn. */
export const pictureRect = (stage: Size, picture: Size, view: Viewport): Rect => {
  const scale = fitScale(stage, picture) * view.zoom;
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: view.x * stage.width - width / 2, y: view.y * stage.height - height / 2, width, height };
};

/** Keeps the picture on the stage: centred where it is smaller, without a gap where it is larger. */
export const kept = (stage: Size, picture: Size, view: Viewport): Viewport => {
  const { width, height } = pictureRect(stage, picture, view);
  const axis = (middle: number, size: number, room: number): number => {
    if (room <= 0 || size <= room) return 0.5;
    const slack = (size - room) / 2 / room;
    return Math.min(0.5 + slack, Math.max(0.5 - slack, middle));
  };
  return { zoom: view.zoom, x: axis(view.x, width, stage.width), y: axis(view.y, height, stage.height) };
};

/** Zooms by `factor` and leaves the picture point under the stage point (CSS pixels) where it is. */
export const zoomedAt = (
  stage: Size, picture: Size, view: Viewport, factor: number, at: { readonly x: number; readonly y: number },
): Viewport => {
  const zoom = Math.min(mostZoom, Math.max(1, view.zoom * factor));
  const grows = zoom / view.zoom;
  const moved = (middle: number, point: number, room: number): number => (room <= 0 ? 0.5 : (point + (middle * room - point) * grows) / room);
  return kept(stage, picture, { zoom, x: moved(view.x, at.x, stage.width), y: moved(view.y, at.y, stage.height) });
};

export const panned = (stage: Size, picture: Size, view: Viewport, dx: number, dy: number): Viewport =>
  kept(stage, picture, { zoom: view.zoom, x: view.x + dx / Math.max(1, stage.width), y: view.y + dy / Math.max(1, stage.height) });
