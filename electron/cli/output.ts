import { errorData, errorKinds, isAbort, UserError } from '../engine/contract/contract.js';

/** Where a command's words go: results to stdout, everything else to stderr. */
export type Output = {
  readonly json: boolean;
  /** Text for a person; left out when the answer is JSON. */
  say(text: string): void;
  /** A line that replaces the one before on a terminal; plain and rare elsewhere. */
  progress(text: string): void;
  note(text: string): void;
  /** The answer: the last line of stdout as JSON, or the text. */
  answer(value: unknown, text: string): void;
};

export const createOutput = (json: boolean): Output => {
  const terminal = process.stderr.isTTY;
  let open = false;
  let last = 0;
  const endProgress = (): void => {
    if (open) process.stderr.write('\n');
    open = false;
  };
  return {
    json,
    say: (text) => {
      endProgress();
      if (!json) process.stdout.write(`${text}\n`);
    },
    progress: (text) => {
      const now = Date.now();
      if (now - last < (terminal ? 100 : 5000)) return;
      last = now;
      process.stderr.write(terminal ? `\r\u001b[2K${text}` : `${text}\n`);
      open = terminal;
    },
    note: (text) => {
      endProgress();
      process.stderr.write(`${text}\n`);
    },
    answer: (value, text) => {
      endProgress();
      process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
    },
  };
};

/** Says what went wrong and gives the exit code: 130 for a cancelled command. */
export const reportFailure = (error: unknown, json: boolean): number => {
  if (isAbort(error)) {
    process.stderr.write('\nCancelled.\n');
    if (json) process.stdout.write(`${JSON.stringify({ cancelled: true })}\n`);
    return 130;
  }
  const data = errorData(error);
  process.stderr.write(`vovision: ${data.message}\n`);
  if (data.hint !== undefined) process.stderr.write(`  ${data.hint}\n`);
  if (!(error instanceof UserError) && error instanceof Error && process.env['VOVISION_DEBUG']) {
    process.stderr.write(`${error.stack ?? ''}\n`);
  }
  const details = error instanceof UserError && error.details.length > 0 ? { details: error.details } : {};
  if (json) process.stdout.write(`${JSON.stringify({ error: { ...data, ...details } })}\n`);
  return errorKinds[data.kind].exitCode;
};
