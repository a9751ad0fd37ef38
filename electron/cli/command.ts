import type { CommandSpec, Parsed } from './arguments.js';
import type { Output } from './output.js';

/** One command: what it accepts, and what it does. Resolves with the exit code. */
export type Command = {
  readonly spec: CommandSpec;
  run(args: Parsed, output: Output, signal: AbortSignal): Promise<number>;
};

/** Several commands under one first word; the spec of each is called by both words. */
export type CommandGroup = {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
};
