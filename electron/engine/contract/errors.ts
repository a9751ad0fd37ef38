/**
 * What can go wrong, as data: each kind has its exit code for the command line, and every error
 * carries a sentence for the user (`message`) and, where there is one, what to do next (`hint`).
 * Cancelling is not an error: it is an AbortSignal's own reason.
 */
export const errorKinds = {
  usage: { exitCode: 2 },
  'bad-input': { exitCode: 3 },
  'bad-model': { exitCode: 3 },
  output: { exitCode: 3 },
  missing: { exitCode: 4 },
  provider: { exitCode: 4 },
  internal: { exitCode: 1 },
} as const;

export type ErrorKind = keyof typeof errorKinds;

/** An error meant to be read by a person: what was expected, what came, and what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
  constructor(
    readonly kind: ErrorKind,
    message: string,
    readonly hint?: string,
    options?: ErrorOptions & { readonly details?: readonly string[] },
  ) {
    super(message, options);
    this.details = options?.details ?? [];
  }

  /** Everything that is wrong, where it is more than the message can hold. */
  readonly details: readonly string[];

  get exitCode(): number {
    return errorKinds[this.kind].exitCode;
  }
}

/** An error as it crosses a process border. */
export type ErrorData = { readonly kind: ErrorKind; readonly message: string; readonly hint?: string };

export const errorData = (error: unknown): ErrorData => {
  if (error instanceof UserError) {
    return { kind: error.kind, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  }
  return { kind: 'internal', message: error instanceof Error ? error.message : String(error) };
};

export const errorFromData = (data: ErrorData): UserError => new UserError(data.kind, data.message, data.hint);

/** True for the reason of an aborted signal, however it was wrapped. */
export const isAbort = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AbortError' || (error as { code?: unknown }).code === 'ABORT_ERR');
