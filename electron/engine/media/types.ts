import type { DisplayPx, ModelPx, Rational, Seconds, Size, Ticks } from '../contract/contract.js';

export type ToolSource = 'environment' | 'packaged' | 'ffmpeg-static' | 'path' | 'registry';

/** An ffmpeg or ffprobe that was started and said its version. */
export type FoundTool = {
  readonly path: string;
  readonly source: ToolSource;
  /** As the tool prints it, e.g. "5.1.9-0+deb12u1" or "N-66595-gc2b38619c0". */
  readonly version: string;
  /** libavutil's version: what decides which options exist, as git builds have no release number. */
  readonly avutil: { readonly major: number; readonly minor: number };
};

export type MediaTools = { readonly ffmpeg: FoundTool; readonly ffprobe: FoundTool };

export type Rotation = 0 | 90 | 180 | 270;

/** A video file as the engine knows it: what ffprobe said, checked. */
export type VideoFile = {
  readonly path: string;
  readonly fileSize: number;
  readonly container: string;
  readonly codec: string;
  readonly pixelFormat: string;
  /** Index of the video stream within the file. */
  readonly streamIndex: number;
  readonly timeBase: Rational;
  /** Timestamp of the first frame that decoding the file from its start gives. */
  readonly firstPts: Ticks;
  /** Seconds at which the container says it starts (ffmpeg's start_time); what -ss counts from. */
  readonly containerStart: number;
  /** The picture as it is stored, before it is turned upright and before its sample aspect ratio. */
  readonly storage: Size;
  /** Clockwise degrees that bring the stored picture upright, `mirrored` left to right before. */
  readonly rotation: Rotation;
  readonly mirrored: boolean;
  readonly sampleAspect: Rational;
  readonly display: Size<DisplayPx>;
  readonly framesPerSecond: number | null;
  readonly duration: Seconds | null;
  readonly audio: { readonly codec: string; readonly channels: number } | null;
  readonly playable: boolean;
};

/** How a picture of any shape is fitted into a model's input. */
export type Fit = 'top-left' | 'center' | 'stretch';

/**
 * Where the picture lies in the tensor. A model pixel (x, y) is the display pixel
 * ((x - left) / scaleX, (y - top) / scaleY).
 */
export type Letterbox = {
  readonly model: Size<ModelPx>;
  /** The picture inside the tensor. */
  readonly inner: Size<ModelPx>;
  readonly left: number;
  readonly top: number;
  readonly scaleX: number;
  readonly scaleY: number;
  /** Grey level of the border, 0..255. */
  readonly pad: number;
};

/** A decoded picture, already letterboxed: rgb24, `model.width * model.height * 3` bytes. */
export type DecodedFrame = {
  readonly pts: Ticks;
  readonly time: Seconds;
  /** Owns its whole buffer, so that it can be transferred; give it back with `FrameSource.recycle`. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Wall time this frame took to come, without the time the decoder was held back, in ms. */
  readonly decodeMs: number;
  /** When its last byte was read, on `performance.now()`'s clock. */
  readonly arrived: number;
};
