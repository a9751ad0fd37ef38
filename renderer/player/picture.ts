import type { Size } from '../../electron/engine/contract/contract.js';

/** Larger pictures are painted smaller: no screen shows more, and a software canvas could not follow. */
const longestSide = 3840;

/** Size of the canvas for a picture of this size. */
export const canvasSize = ({ width, height }: Size): Size => {
  const scale = Math.min(1, longestSide / Math.max(1, width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
};

/**
 * Paints what a `<video>` shows onto a canvas and tells which frame that was.
 *
 * Boxes laid over a `<video>` lag: the compositor shows a new frame up to one refresh before
 * `requestVideoFrameCallback` is called (seen on one screen in seven at 25 and at 60 frames a second).
 * A canvas painted together with the boxes cannot disagree with them, and a `VideoFrame` carries the
 * timestamp of the very picture that is painted, which may be newer than the one the callback names.
 */
export class PicturePainter {
  readonly #context: CanvasRenderingContext2D;
  /** False once the element's pictures may not be read; then the callback's time has to do. */
  #frames = typeof VideoFrame === 'function';

  constructor(readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d', { alpha: false });
    if (context === null) throw new Error('This browser gives no 2D canvas.');
    this.#context = context;
  }

  /**
   * Paints the present picture.
   * @param mediaTime what the callback said, seconds; null outside one
   * @returns the picture's time in the element's clock; null if nothing could be painted
   */
  paint(video: HTMLVideoElement, mediaTime: number | null): number | null {
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return null;
    const { width, height } = canvasSize({ width: video.videoWidth, height: video.videoHeight });
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    if (this.#frames) {
      try {
        const frame = new VideoFrame(video);
        try {
          this.#context.drawImage(frame, 0, 0, width, height);
          return frame.timestamp / 1e6;
        } finally {
          frame.close();
        }
      } catch (error) {
        // InvalidStateError: no picture just now. SecurityError: never one.
        if (error instanceof DOMException && error.name === 'InvalidStateError') return null;
        this.#frames = false;
      }
    }
    // Without a callback's word there is no telling which frame it is.
    if (mediaTime === null) return null;
    this.#context.drawImage(video, 0, 0, width, height);
    return mediaTime;
  }

  clear(): void {
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}
