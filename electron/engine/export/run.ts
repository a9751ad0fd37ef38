import { abortReason, startTool } from '../media/child.js';
import { LineReader } from '../media/lines.js';
import type { FoundTool } from '../media/types.js';

export type RunOptions = {
  /** Folder in which it runs: files there need no escaping in filters. */
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
  /** Takes each line of stdout; without it stdout is collected. */
  readonly onLine?: (line: string) => void;
};

/** The last of what it said that is kept, in characters. */
const keptText = 16 * 1024;
/** Bytes of a picture that is collected. */
const keptOutput = 128 * 1024 * 1024;

/**
 * Runs ffmpeg until it has ended, also when it is aborted, so that afterwards nothing holds its
 * files. Rejects with the signal's reason if aborted; any exit code is an answer.
 */
export const runFfmpeg = async (
  tool: FoundTool, args: readonly string[], { cwd, signal, onLine }: RunOptions,
): Promise<{ readonly code: number | null; readonly stdout: Buffer; readonly said: string }> => {
  assertGoing(signal);
  const child = startTool(tool.path, args, cwd);
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  signal?.addEventListener('abort', stop, { once: true });
  const chunks: Buffer[] = [];
  let size = 0;
  let said = '';
  const lines = new LineReader((line) => onLine?.(line));
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (onLine) lines.write(chunk);
    else if (size <= keptOutput) chunks.push(chunk);
    else stop();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-keptText);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    assertGoing(signal);
    return { code, stdout: Buffer.concat(chunks), said };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
};

const assertGoing = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw abortReason(signal);
};
