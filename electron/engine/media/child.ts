import { spawn, type ChildProcess } from 'node:child_process';

/** How a tool ended and what it said. */
export type ToolOutcome = {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: Buffer;
  /** The last 64 KiB of stderr. */
  readonly stderr: string;
  /** Why it was ended from here, if it was. */
  readonly stopped: 'timeout' | 'too-much-output' | null;
};

export type ToolOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  /** Bytes of stdout after which the tool is ended. */
  readonly maxStdout?: number;
  /** Takes stdout piece by piece; `ToolOutcome.stdout` is empty then. */
  readonly onStdout?: (chunk: Buffer) => void;
  /** Sees stderr piece by piece. */
  readonly onStderr?: (chunk: Buffer) => void;
};

const stderrKept = 64 * 1024;

/**
 * The environment without what would make ffmpeg write report files or colour its messages. Static
 * builds crash when they convert the service name of a transport stream, as they load a module of
 * another C library for it; with this path set they do without.
 */
const toolEnvironment = (): NodeJS.ProcessEnv => {
  const env = { ...process.env };
  delete env['FFREPORT'];
  delete env['AV_LOG_FORCE_COLOR'];
  if (process.platform === 'linux') env['GCONV_PATH'] = '/dev/null';
  return env;
};

/** The reason of an aborted signal as something to throw. */
export const abortReason = (signal: AbortSignal): Error => {
  const reason: unknown = signal.reason;
  if (reason instanceof Error) return reason;
  const error = new Error('The operation was cancelled.');
  error.name = 'AbortError';
  return error;
};

/** Starts a tool without a shell, its stdin closed, stdout and stderr as pipes. */
export const startTool = (file: string, args: readonly string[], cwd?: string) =>
  spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true, env: toolEnvironment(), ...(cwd !== undefined && { cwd }) });

/** Ends a child at once; its pipes are closed so that nothing of it is read any more. */
export const killTool = (child: ChildProcess): void => {
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
};

/**
 * Runs a tool to its end. Rejects if it cannot be started or `signal` is aborted; any exit code is
 * an answer, not an error.
 */
export const runTool = (file: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolOutcome> =>
  new Promise((resolve, reject) => {
    const { signal, timeoutMs = 30_000, maxStdout = 16 * 1024 * 1024, onStdout, onStderr } = options;
    if (signal?.aborted) {
      reject(abortReason(signal));
      return;
    }
    const child = startTool(file, args);
    const stdout: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let stopped: ToolOutcome['stopped'] = null;
    const stop = (why: ToolOutcome['stopped']): void => {
      stopped ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop('timeout'), timeoutMs);
    const onAbort = (): void => {
      killTool(child);
      if (signal) finish(() => reject(abortReason(signal)));
    };
    let finished = false;
    const finish = (settle: () => void): void => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxStdout) stop('too-much-output');
      else if (onStdout) onStdout(chunk);
      else stdout.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      onStderr?.(chunk);
      stderr = (stderr + chunk.toString('utf8')).slice(-stderrKept);
    });
    child.once('error', (error) => finish(() => reject(error)));
    child.once('close', (code) => finish(() => resolve({ code, stdout: Buffer.concat(stdout), stderr, stopped })));
  });
