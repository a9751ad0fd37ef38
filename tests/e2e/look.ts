import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { markAt, readFrameNumber } from '../fixtures/fixtures.js';

/** What is on screen at one moment: the picture's own pixels, and what the overlay says of itself. */
export type Seen = {
  readonly width: number;
  readonly height: number;
  /** Bottom of the picture with the bar code, base64 RGBA. */
  readonly strip: string;
  readonly stripHeight: number;
  readonly state: string;
  readonly frame: string;
  readonly detail: string | null;
  readonly boxes: string;
};

/** Reads picture and overlay in one go, so that nothing is painted between them. */
export const look = (page: Page): Promise<Seen> => page.evaluate(lookNow);

export const lookNow = (): Seen => {
  const picture = document.querySelector<HTMLCanvasElement>('[data-part=picture]')!;
  const overlay = document.querySelector<HTMLCanvasElement>('[data-part=overlay]')!;
  const { width, height } = picture;
  const stripHeight = Math.ceil(height / 8);
  let strip = '';
  if (width > 0 && height > 1) {
    const { data } = picture.getContext('2d')!.getImageData(0, height - stripHeight, width, stripHeight);
    for (let at = 0; at < data.length; at += 32_768) strip += String.fromCharCode(...data.subarray(at, at + 32_768));
    strip = btoa(strip);
  }
  const { state = '', frame = '', detail = null, boxes = '' } = overlay.dataset as Record<string, string | undefined>;
  return { width, height, strip, stripHeight, state, frame, detail, boxes };
};

/** The number that the picture carries in its own pixels; null where it cannot be read. */
export const numberIn = (seen: Seen): number | null => {
  if (seen.strip === '') return null;
  // readFrameNumber wants the whole picture; only its bottom matters.
  const whole = Buffer.alloc(seen.width * seen.height * 4);
  Buffer.from(seen.strip, 'base64').copy(whole, (seen.height - seen.stripHeight) * seen.width * 4);
  return readFrameNumber(whole, seen.width, seen.height);
};

/** Waits until the overlay shows boxes of a frame that stays. */
export const settled = async (page: Page): Promise<Seen> => {
  let before: Seen | null = null;
  for (let tries = 0; tries < 400; tries += 1) {
    const now = await look(page);
    const still = now.state === 'analysed' && before?.frame === now.frame && before.strip === now.strip;
    if (still && !(await page.evaluate(() => document.querySelector('video')!.seeking))) return now;
    before = now;
    await page.waitForTimeout(40);
  }
  throw new Error(`the picture did not come to rest: ${JSON.stringify({ ...before, strip: '' })}`);
};

/** The picture carries the number that the overlay names, and the box lies where the mark is known to be. */
export const expectAgreement = (seen: Seen): void => {
  const frame = Number(seen.frame);
  expect(numberIn(seen)).toBe(frame);
  const [box] = JSON.parse(seen.detail ?? '[]') as number[][];
  const truth = markAt(frame);
  [truth.x1, truth.y1, truth.x2, truth.y2].forEach((value, n) => expect(Math.abs((box?.[n] ?? NaN) - value)).toBeLessThanOrEqual(2));
};
