import { UserError } from '../engine/contract/contract.js';
import { programVersion } from '../host/program.js';
import { helpText, parseArguments } from './arguments.js';
import type { Command, CommandGroup } from './command.js';
import { analyze } from './commands/analyze.js';
import { bench } from './commands/bench.js';
import { doctor } from './commands/doctor.js';
import { evalCommand } from './commands/eval.js';
import { exportCommand } from './commands/export.js';
import { inspect } from './commands/inspect.js';
import { models } from './commands/models.js';
import { serve } from './commands/serve.js';
import { createOutput, reportFailure } from './output.js';

const commands: readonly (Command | CommandGroup)[] = [analyze, exportCommand, doctor, serve, bench, inspect, models, evalCommand];

const aboutOf = (command: Command | CommandGroup): Pick<CommandGroup, 'name' | 'summary'> => ('spec' in command ? command.spec : command);

const list = (title: string, rows: readonly (Command | CommandGroup)[], more: string): string => {
  const about = rows.map(aboutOf);
  const width = Math.max(...about.map(({ name }) => name.length)) + 2;
  return [title, '', ...about.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`), '', more].join('\n');
};

const overview = (): string =>
  list('vovision COMMAND [options]: finds what happens in a video, on this machine.', commands, 'vovision COMMAND --help tells more.');

/** What the words ask for: a command with the words that are left, or the text that tells what there is. */
const choose = (name: string, words: readonly string[]): { readonly command: Command; readonly words: readonly string[] } | string => {
  const found = commands.find((command) => aboutOf(command).name === name);
  if (found === undefined) throw new UserError('usage', `There is no command “${name}”.`, 'vovision --help lists them.');
  if ('spec' in found) return { command: found, words };
  const at = words.findIndex((word) => found.commands.some(({ spec }) => spec.name === `${name} ${word}`));
  const command = found.commands.find(({ spec }) => spec.name === `${name} ${words[at] ?? ''}`);
  if (command !== undefined) return { command, words: words.filter((_, n) => n !== at) };
  if (words.includes('--help') || words.includes('-h')) return list(`vovision ${name} WHAT [options]: ${found.summary}`, found.commands, `vovision ${name} WHAT --help tells more.`);
  const [asked = ''] = words.filter((word) => !word.startsWith('-'));
  const there = found.commands.map(({ spec }) => spec.name.slice(name.length + 1)).join(', ');
  throw new UserError('usage', asked === '' ? `${name} needs to be told what.` : `There is no “${name} ${asked}”.`, `There are: ${there}.`);
};

/** Aborts on the first Ctrl-C; a second one ends the program at once. */
const cancelOnSignals = (): AbortSignal => {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (abort.signal.aborted) process.exit(130);
      abort.abort();
    });
  }
  return abort.signal;
};

const main = async (words: readonly string[]): Promise<number> => {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${overview()}\n`);
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${programVersion()}\n`);
    return 0;
  }
  const json = rest.includes('--json');
  const signal = cancelOnSignals();
  try {
    const chosen = choose(name, rest);
    if (typeof chosen === 'string') {
      process.stdout.write(`${chosen}\n`);
      return 0;
    }
    const { command } = chosen;
    const args = parseArguments(command.spec, chosen.words);
    if (args.flag('help')) {
      process.stdout.write(`${helpText(command.spec)}\n`);
      return 0;
    }
    return await command.run(args, createOutput(args.flag('json')), signal);
  } catch (error) {
    return reportFailure(signal.aborted ? signal.reason : error, json);
  }
};

// A reader that has gone, as in `vovision … | head`, is no failure.
process.stdout.on('error', () => process.exit(0));
// Nobody has to read progress and notes: the answer is still given.
process.stderr.on('error', () => undefined);

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  // What hangs on (a child that will not go, an idle socket) must not keep a finished command alive.
  setTimeout(() => process.exit(code), 1500).unref();
});
