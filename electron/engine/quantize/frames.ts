import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { modelPx, seconds, ticks, UserError, type Seconds } from '../contract/contract.js';
import { Archive } from '../evaluation/archive.js';
import { readBatch, readPictureFile } from '../evaluation/batches.js';
import type { ModelCard } from '../inference/types.js';
import { FrameSource } from '../media/decode.js';
import { letterbox } from '../media/letterbox.js';
import { PictureBatch } from '../media/picture-batch.js';
import type { PictureFit } from '../media/picture-filters.js';
import type { MediaTools, VideoFile } from '../media/types.js';
import { outputError } from '../results/problems.js';
import type { Progress } from './types.js';

type Input = ModelCard['input'];

/** What a model is calibrated on. */
export type Material =
  | { readonly kind: 'videos'; readonly videos: readonly VideoFile[] }
  /** Folders and zip files of pictures. */
  | { readonly kind: 'pictures'; readonly roots: readonly string[] };

/** What pictures come from, by its names. */
export const nameOf = (material: Material): string =>
  (material.kind === 'videos' ? material.videos.map(({ path }) => path) : material.roots).map((path) => basename(path)).join(', ');

export type Gathering = { readonly tools: MediaTools; readonly input: Input; readonly count: number; readonly progress: Progress; readonly signal: AbortSignal };

/** Part of the gathering; `first` is the place of its first picture. */
type Part = Gathering & { readonly first: number };

/** Videos up to this long are decoded whole: that is faster than many seeks. */
const decodedWhole = seconds(30);

/**
 * Lays up to `count` pictures down in `file`, fitted into the model's input, as rgb24 one after the
 * other: spread over the length of videos, which share them evenly, or over a collection. Gives their places in it, in order.
 */
export const gatherFrames = async (material: Material, file: string, gathering: Gathering): Promise<readonly number[]> => {
  const handle = await open(file, 'w');
  try {
    const places = await (material.kind === 'pictures' ? fromPictures(material.roots, handle, gathering) : fromVideos(material.videos, handle, gathering));
    if (places.length === 0) throw new UserError('bad-input', 'There is no picture to calibrate on.', 'Name a video or pictures that can be decoded.');
    return places;
  } finally {
    await handle.close();
  }
};

const put = async (handle: FileHandle, pixels: Uint8Array, place: number): Promise<void> => {
  try {
    await handle.write(pixels, 0, pixels.length, place * pixels.length);
  } catch (error) {
    throw outputError('The pictures for the trial', error);
  }
};

const fromVideos = async (videos: readonly VideoFile[], handle: FileHandle, gathering: Gathering): Promise<readonly number[]> => {
  const places: number[] = [];
  let free = 0;
  for (const [n, video] of videos.entries()) {
    const count = Math.ceil(((n + 1) * gathering.count) / videos.length) - Math.ceil((n * gathering.count) / videos.length);
    if (count === 0) continue;
    const part: Part = { ...gathering, count, first: free, progress: (step, fraction) => gathering.progress(step, (n + fraction) / videos.length) };
    const found = await (video.duration !== null && video.duration > decodedWhole ? fromLongVideo(video, video.duration, handle, part) : fromShortVideo(video, handle, part));
    places.push(...found);
    free = Math.max(free, ...found.map((place) => place + 1));
  }
  return places;
};

const boxOf = ({ display }: VideoFile, { width, height, fit, pad }: Input) =>
  letterbox(display, { width: modelPx(width), height: modelPx(height) }, fit, pad);

const fromLongVideo = async (video: VideoFile, duration: Seconds, handle: FileHandle, { tools, input, count, first, progress, signal }: Part): Promise<readonly number[]> => {
  const places: number[] = [];
  for (let n = 0; n < count; n++) {
    const from = ticks(Math.round(video.firstPts + (((n + 0.5) / count) * duration * video.timeBase.den) / video.timeBase.num));
    const source = await FrameSource.open(video, tools, { letterbox: boxOf(video, input), from, signal, readAhead: 1 });
    try {
      const frame = await source.next();
      if (frame) {
        await put(handle, frame.pixels, first + places.length);
        places.push(first + places.length);
      }
    } finally {
      await source.close();
    }
    progress('Taking pictures from the video', (n + 1) / count);
  }
  return places;
};

/** Keeps every frame, then every second, every fourth … so that never more than twice as many as wanted are kept. */
const fromShortVideo = async (video: VideoFile, handle: FileHandle, { tools, input, count, first, progress, signal }: Part): Promise<readonly number[]> => {
  const source = await FrameSource.open(video, tools, { letterbox: boxOf(video, input), signal });
  let kept: number[] = [];
  let free: number[] = [];
  let [step, seen] = [1, 0];
  try {
    for (let frame = await source.next(); frame !== null; frame = await source.next()) {
      if (seen % step === 0) {
        if (kept.length === 2 * count) {
          free = kept.filter((_, n) => n % 2 === 1);
          kept = kept.filter((_, n) => n % 2 === 0);
          step *= 2;
        }
        if (seen % step === 0) {
          const place = free.pop() ?? first + kept.length;
          await put(handle, frame.pixels, place);
          kept.push(place);
        }
      }
      seen += 1;
      source.recycle(frame.pixels);
      if (video.duration !== null) progress('Taking pictures from the video', Math.min(1, frame.time / video.duration));
    }
  } finally {
    await source.close();
  }
  return spread(kept, count);
};

/** `count` of `all`, evenly spread. */
const spread = <T>(all: readonly T[], count: number): readonly T[] =>
  (all.length <= count ? all : all.filter((_, n) => Math.floor((n * count) / all.length) !== Math.floor(((n - 1) * count) / all.length)));

const pictureNames = /\.(jpe?g|png|webp|bmp)$/i;
const mostFiles = 1_000_000;

const fromPictures = async (roots: readonly string[], handle: FileHandle, { tools, input, count, progress, signal }: Gathering): Promise<readonly number[]> => {
  const fit: PictureFit = { model: { width: modelPx(input.width), height: modelPx(input.height) }, fit: input.fit, pad: input.pad };
  const archives: Archive[] = [];
  const places: number[] = [];
  try {
    const found = await listPictures(roots, archives, signal);
    const chosen = spread(found, count);
    for (let from = 0; from < chosen.length;) {
      const { byKind, end } = await readBatch(chosen, from, (read) => read());
      for (const [kind, pictures] of byKind) {
        const batch = await PictureBatch.open(pictures.map(({ bytes }) => bytes), kind, tools, { fit, signal });
        try {
          for (let picture = await batch.next(); picture !== null; picture = await batch.next()) {
            await put(handle, picture.pixels, places.length);
            places.push(places.length);
          }
        } finally {
          await batch.close();
        }
      }
      from = end;
      progress('Reading pictures', end / chosen.length);
    }
  } finally {
    for (const archive of archives) archive.close();
  }
  return places;
};

/** Ways to read every picture below the roots, in the order of their names. */
const listPictures = async (roots: readonly string[], archives: Archive[], signal: AbortSignal): Promise<readonly (() => Promise<Uint8Array>)[]> => {
  const found: (() => Promise<Uint8Array>)[] = [];
  const readFolder = async (folder: string): Promise<void> => {
    for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (signal.aborted) throw signal.reason;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await readFolder(path);
      else if (entry.isFile() && pictureNames.test(entry.name) && found.length < mostFiles) found.push(() => readPictureFile(path));
    }
  };
  for (const root of roots) {
    const info = await stat(root).catch(() => null);
    if (info === null) throw new UserError('bad-input', `There is nothing at ${root}.`, 'Name the folder or the zip file that holds the pictures.');
    if (info.isDirectory()) {
      await readFolder(root);
    } else if (extname(root).toLowerCase() === '.zip') {
      const archive = await Archive.open(root, signal);
      archives.push(archive);
      for (const name of archive.names.filter((each) => pictureNames.test(each)).sort()) found.push(() => archive.read(name));
    } else {
      throw new UserError('bad-input', `${basename(root)} is neither a folder nor a zip file.`, 'Name the folder or the zip file that holds the pictures.');
    }
  }
  return found;
};
