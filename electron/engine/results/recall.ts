/** Batches of frames: the newest boxes from memory, the others from the results file. */
import { stat, type FileHandle } from 'node:fs/promises';
import { detectionStride, UserError, type DetectionBatch } from '../contract/contract.js';
import { abortReason } from '../media/child.js';
import type { Draft, StoredFrames } from './frames.js';
import { LineParser } from './line.js';
import { inputError } from './problems.js';

/** The file that `frames` were placed in. */
export type Source = {
  readonly file: string;
  readonly handle: FileHandle;
  /** How many classes its manifest names. */
  readonly classes: number;
  readonly frames: StoredFrames;
};

/** Bytes read and parsed between two returns to the event loop: a few milliseconds. */
const pieceSize = 256 * 1024;
/** Bytes of unwanted lines that are read along rather than begin another piece. */
const gapSize = 64 * 1024;
const lineBreak = 0x0a;
const carriageReturn = 0x0d;

/**
 * Frames `from` to `to` (exclusive) as far as they are there when it is called, in order of their numbers.
 * The handle must stay open until it is done.
 * @throws UserError('bad-input') if boxes are needed from the file and it was removed or changed by another program
 */
export const recall = async (source: Source, from: number, to: number, signal?: AbortSignal): Promise<DetectionBatch> => {
  const draft = source.frames.draft(from, to);
  // What is in memory now may have left it after the first wait.
  const missing = fillFromMemory(source.frames, draft);
  if (missing !== null) {
    await assertThere(source);
    await fillFromFile(source, draft.batch, missing, signal);
  }
  return draft.batch;
};

/** Frames by order of arrival from `first` on: 1 + their place in the batch, 0 where not wanted. */
type Missing = { readonly first: number; readonly places: Int32Array };

const fillFromMemory = (frames: StoredFrames, { batch, orders }: Draft): Missing | null => {
  let first = Infinity;
  let last = -1;
  const away: number[] = [];
  orders.forEach((order, k) => {
    const { boxes } = frames.arrived(order);
    if (boxes !== null) {
      batch.boxes.set(boxes, (batch.offset[k] ?? 0) * detectionStride);
      return;
    }
    away.push(k);
    if (order < first) first = order;
    if (order > last) last = order;
  });
  if (last < 0) return null;
  // In order of arrival, which is the file's: sorting would cost more.
  const places = new Int32Array(last - first + 1);
  for (const k of away) places[(orders[k] ?? 0) - first] = k + 1;
  return { first, places };
};

/** The whole batch, if all boxes are in memory. */
export const allInMemory = (frames: StoredFrames): DetectionBatch => {
  const draft = frames.draft(0, Infinity);
  if (fillFromMemory(frames, draft) !== null) throw new Error('Some boxes are not in memory any more.');
  return draft.batch;
};

const fillFromFile = async (source: Source, batch: DetectionBatch, missing: Missing, signal?: AbortSignal): Promise<void> => {
  const parser = new LineParser(source.classes);
  let buffer = Buffer.alloc(0);
  for (const piece of piecesOf(source.frames, missing)) {
    if (signal?.aborted === true) throw abortReason(signal);
    if (piece.size > buffer.length) buffer = Buffer.allocUnsafeSlow(piece.whole ? piece.size : pieceSize);
    await readPiece(source, buffer, piece.position, piece.size);
    for (let order = piece.first; order <= piece.last; order++) {
      const k = (missing.places[order - missing.first] ?? 0) - 1;
      if (k < 0) continue;
      const from = source.frames.position(order) - piece.position;
      const to = from + source.frames.length(order);
      const ending = buffer[to];
      const frame = parser.parse(buffer, from, to);
      const begin = (batch.offset[k] ?? 0) * detectionStride;
      const same = typeof frame !== 'string' && (ending === lineBreak || ending === carriageReturn)
        && frame.index === batch.index[k] && frame.time === batch.time[k]
        && begin + frame.boxes.length === (batch.offset[k + 1] ?? 0) * detectionStride;
      if (!same) throw changed(source.file);
      batch.boxes.set(frame.boxes, begin);
    }
  }
};

/** Lines of the `first` to the `last` frame by order of arrival, with the byte behind; `whole`: nothing more follows. */
type Piece = { readonly first: number; readonly last: number; readonly position: number; readonly size: number; readonly whole: boolean };

function* piecesOf(frames: StoredFrames, { first: begin, places }: Missing): Generator<Piece, void, undefined> {
  let first = begin;
  while (first < begin + places.length) {
    const position = frames.position(first);
    let end = position + frames.length(first) + 1;
    let last = first;
    let next = first + 1;
    for (; next < begin + places.length; next++) {
      if (places[next - begin] === 0) continue;
      const nextEnd = frames.position(next) + frames.length(next) + 1;
      if (frames.position(next) - end > gapSize || nextEnd - position > pieceSize) break;
      last = next;
      end = nextEnd;
    }
    const size = end - position;
    yield { first, last, position, size, whole: size > pieceSize || next === begin + places.length };
    first = next;
  }
}

const readPiece = async ({ handle, file }: Source, buffer: Buffer, position: number, size: number): Promise<void> => {
  for (let done = 0; done < size;) {
    const { bytesRead } = await handle.read(buffer, done, size - done, position + done).catch((error: unknown) => {
      throw inputError(file, error);
    });
    if (bytesRead === 0) throw changed(file);
    done += bytesRead;
  }
};

/** What was removed can still be read, but will be lost: better said now than when it is gone. */
const assertThere = async ({ handle, file }: Source): Promise<void> => {
  const [ours, there] = await Promise.all([handle.stat({ bigint: true }), stat(file, { bigint: true })]).catch((error: unknown) => {
    throw inputError(file, error);
  });
  if (ours.ino !== there.ino) throw changed(file);
};

const changed = (file: string): UserError =>
  new UserError('bad-input', `${file} was changed by another program while it was in use.`,
    'Start VoVision again: it analyses what is missing.');
