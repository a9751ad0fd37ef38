import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { UserError, type DetectionBatch } from '../contract/contract.js';
import { abortReason } from '../media/child.js';
import { formatName, formatVersion, limits, manifestSchema, type Manifest } from './format.js';
import { StoredFrames } from './frames.js';
import { LineParser } from './line.js';
import { inputError } from './problems.js';
import { allInMemory } from './recall.js';

/** A results file as it was when it was read. */
export type FileRead = {
  readonly manifest: Manifest;
  readonly frames: StoredFrames;
  /** Bytes up to the end of the last whole line: where more may be appended. */
  readonly end: number;
  /** True if something followed that is no whole line, as a killed or busy writer leaves it. */
  readonly torn: boolean;
};

export type Results = FileRead & {
  /** All frames, in order; made when it is first asked for. */
  readonly batch: DetectionBatch;
};

/** Bytes parsed between two returns to the event loop: a few milliseconds. */
const chunkSize = 256 * 1024;
const lineBreak = 0x0a;

/**
 * Reads a results file, also while it is being written: an unfinished last line is left out.
 * @throws UserError('bad-input') with the number of the line that is wrong, or if the file is not
 * there, is no results file or comes from a newer version.
 */
export const readResults = async (file: string, signal?: AbortSignal): Promise<Results> => {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw inputError(file, error);
  });
  try {
    const read = await readFrom(handle, file, new StoredFrames(), signal);
    let batch: DetectionBatch | null = null;
    return {
      ...read,
      get batch() {
        return (batch ??= allInMemory(read.frames));
      },
    };
  } finally {
    await handle.close();
  }
};

/** Reads the manifest alone. Throws like `readResults`. */
export const readManifest = async (file: string): Promise<Manifest> => {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw inputError(file, error);
  });
  try {
    for await (const line of linesOf(handle, file)) return parseManifest(line.bytes.subarray(line.from, line.to), file);
    throw new UserError('bad-input', `${file} is empty; expected a results file.`);
  } finally {
    await handle.close();
  }
};

/** Like `readResults`, from a file that is open already, into `frames`, which are empty. */
export const readFrom = async (handle: FileHandle, file: string, frames: StoredFrames, signal?: AbortSignal): Promise<FileRead> => {
  let manifest: Manifest | null = null;
  let parser: LineParser | null = null;
  let end = 0;
  let torn = false;
  for await (const line of linesOf(handle, file, signal)) {
    if (parser === null) {
      manifest = parseManifest(line.bytes.subarray(line.from, line.to), file);
      parser = new LineParser(manifest.model.classes.length);
    } else if (line.to > line.from) {
      const frame = parser.parse(line.bytes, line.from, line.to);
      if (typeof frame === 'string') {
        if (!line.whole) {
          torn = true;
          break;
        }
        throw new UserError('bad-input', `Line ${line.number} of ${file} is not a frame's results: ${frame}.`,
          'Delete the line, or analyse the video again.');
      }
      if (!line.whole) {
        // Complete but for its line break: kept out, so that appending needs no special case.
        torn = true;
        break;
      }
      if (frames.add(frame.index, frame.time, frame.boxes)) frames.place(line.position, line.to - line.from);
      if (frames.boxes > limits.boxes) {
        throw new UserError('bad-input', `${file} holds more than ${limits.boxes} boxes.`,
          'Analyse a shorter part, or keep fewer boxes with a higher lowest score.');
      }
    }
    end = line.end;
  }
  if (manifest === null) throw new UserError('bad-input', `${file} is empty; expected a results file.`);
  return { manifest, frames, end, torn };
};

/** A line as a view that is valid until the next one; `whole` if a line break ends it, `end` behind that, `position` of its first byte. */
type Line = {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly position: number;
  readonly number: number;
  readonly end: number;
  readonly whole: boolean;
};

async function* linesOf(handle: FileHandle, file: string, signal?: AbortSignal): AsyncGenerator<Line, void, undefined> {
  let buffer = Buffer.alloc(chunkSize * 2);
  let filled = 0;
  let consumed = 0;
  let number = 0;
  for (;;) {
    if (signal?.aborted === true) throw abortReason(signal);
    if (buffer.length - filled < chunkSize) buffer = Buffer.concat([buffer.subarray(0, filled)], buffer.length * 2);
    const { bytesRead } = await handle.read(buffer, filled, chunkSize, consumed + filled).catch((error: unknown) => {
      throw inputError(file, error);
    });
    if (bytesRead === 0) break;
    // What was there before this read holds no line break.
    let breakAt = buffer.subarray(0, filled + bytesRead).indexOf(lineBreak, filled);
    filled += bytesRead;
    let from = 0;
    while (breakAt >= 0 && breakAt < filled) {
      number++;
      const crlf = breakAt > from && buffer[breakAt - 1] === 0x0d;
      yield { bytes: buffer, from, to: crlf ? breakAt - 1 : breakAt, position: consumed + from, number, end: consumed + breakAt + 1, whole: true };
      from = breakAt + 1;
      breakAt = buffer.indexOf(lineBreak, from);
    }
    buffer.copyWithin(0, from, filled);
    consumed += from;
    filled -= from;
    if (filled > (number === 0 ? limits.manifest : limits.line)) {
      throw new UserError('bad-input', `Line ${number + 1} of ${file} is too long for a frame's results.`,
        number === 0 ? 'This does not look like a results file.' : 'Analyse the video again.');
    }
  }
  if (filled > 0) yield { bytes: buffer, from: 0, to: filled, position: consumed, number: number + 1, end: consumed + filled, whole: false };
}

const envelope = z.object({ format: z.literal(formatName), version: z.number() });

const parseManifest = (bytes: Uint8Array, file: string): Manifest => {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch (error) {
    throw new UserError('bad-input', `${file} is not a results file: its first line is not JSON.`, undefined, { cause: error });
  }
  const head = envelope.safeParse(json);
  if (!head.success) throw new UserError('bad-input', `${file} is not a results file: its first line does not say "${formatName}".`);
  if (head.data.version > formatVersion) {
    throw new UserError('bad-input',
      `${file} was written by a newer version of VoVision (format ${head.data.version}; this one reads up to ${formatVersion}).`,
      'Update VoVision to open it. The file was left as it is.');
  }
  const manifest = manifestSchema.safeParse(json);
  if (!manifest.success) {
    const issue = manifest.error.issues[0];
    throw new UserError('bad-input', `The first line of ${file} is damaged: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`);
  }
  return manifest.data;
};
