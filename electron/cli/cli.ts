import { UserError } from '../engine/contract/contract.js';
import { programVersion } from '../host/program.js';
import { helpText, parseArguments } from './arguments.js';
import type { Command } from './command.js';
import { analyze } from './commands/analyze.js';
import { bench } from './commands/bench.js';
import { doctor } from './commands/doctor.js';
import { evalCommand } from './commands/eval.js';
import { exportCommand } from './commands/export.js';
import { inspect } from './commands/inspect.js';
import { models } from './commands/models.js';
import { serve } from './commands/serve.js';
import { createOutput, reportFailure } from './output.js';

const commands: readonly Command[] = [analyze, exportCommand, doctor, serve, bench, inspect, models, evalCommand];

const overview = (): string => {
  const width = Math.max(...commands.map(({ spec }) => spec.name.length)) + 2;
  return [
    'vovision COMMAND [options]: finds what happens in a video, on this machine.',
    '',
    ...commands.map(({ spec }) => `  ${spec.name.padEnd(width)}${spec.summary}`),
    '',
    'vovision COMMAND --help tells more.',
  ].join('\n');
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
    const command = commands.find(({ spec }) => spec.name === name);
    if (command === undefined) throw new UserError('usage', `There is no command “${name}”.`, 'vovision --help lists them.');
    const args = parseArguments(command.spec, rest);
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

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  // What hangs on (a child that will not go, an idle socket) must not keep a finished command alive.
  setTimeout(() => process.exit(code), 1500).unref();
});
