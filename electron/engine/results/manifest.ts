import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import packageJson from '../../../package.json';
import type { ProviderId, Seconds } from '../contract/contract.js';
import type { Model } from '../inference/types.js';
import type { MediaTools, VideoFile } from '../media/types.js';
import { formatName, formatVersion, type Manifest } from './format.js';
import { inputError } from './problems.js';

/** What tells a video from another: renaming or moving the file does not change it. */
export type VideoIdentity = {
  /** SHA-256 over size, first and last MiB, lower-case hex. */
  readonly hash: string;
  /** Bytes of the file. */
  readonly size: number;
};

const part = 2 ** 20;

/** @throws UserError('bad-input') if the file cannot be read */
export const videoIdentity = async (video: { readonly path: string }): Promise<VideoIdentity> => {
  try {
    const file = await open(video.path, 'r');
    try {
      const { size } = await file.stat();
      const hash = createHash('sha256').update(`${size}\n`);
      const buffer = Buffer.alloc(part);
      for (const from of new Set([0, Math.max(0, size - part)])) {
        const { bytesRead } = await file.read(buffer, 0, part, from);
        hash.update(buffer.subarray(0, bytesRead));
      }
      return { hash: hash.digest('hex'), size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw inputError(video.path, error);
  }
};

export type ManifestParts = {
  readonly video: VideoFile;
  readonly identity: VideoIdentity;
  readonly model: Model;
  readonly provider: ProviderId;
  readonly minScore: number;
  readonly tools: MediaTools;
  /** The part of the video that is analysed, seconds; null for all of it. */
  readonly range: { readonly start: Seconds | null; readonly end: Seconds | null } | null;
};

/** The manifest of a run that begins now. */
export const makeManifest = ({ video, identity, model, provider, minScore, tools, range }: ManifestParts): Manifest => ({
  format: formatName,
  version: formatVersion,
  complete: false,
  video: {
    name: basename(video.path),
    size: identity.size,
    identity: identity.hash,
    display: video.display,
    timeBase: video.timeBase,
    firstPts: video.firstPts,
    duration: video.duration,
    framesPerSecond: video.framesPerSecond,
  },
  model: {
    id: model.info.id,
    name: model.info.name,
    hash: model.card.hash,
    classes: [...model.info.classes],
    input: model.info.input,
  },
  provider,
  minScore,
  runtime: {
    vovision: packageJson.version,
    onnxruntime: packageJson.dependencies['onnxruntime-node'],
    ffmpeg: tools.ffmpeg.version,
    node: process.version,
  },
  settings: {
    fit: model.card.input.fit,
    head: JSON.stringify(model.card.head),
    start: range?.start ?? null,
    end: range?.end ?? null,
  },
  createdAt: new Date().toISOString(),
});
