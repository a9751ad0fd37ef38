import { existsSync } from 'node:fs';
import { UserError } from '../engine/contract/contract.js';

/** How one option of a command is read. */
export type OptionSpec = {
  /** A list takes every word up to the next option, and may be given several times. */
  readonly type: 'flag' | 'text' | 'number' | 'list';
  readonly short?: string;
  /** Accepted range of a number, inclusive. */
  readonly range?: readonly [number, number];
  readonly choices?: readonly string[];
  readonly value?: string;
  readonly help: string;
};

export type CommandSpec = {
  readonly name: string;
  readonly summary: string;
  /** Names of the positional arguments, in order. */
  readonly positionals: readonly string[];
  /** How many of them must be given; all of them where absent. */
  readonly required?: number;
  /** Whether the last positional may be given several times. */
  readonly many?: boolean;
  readonly options: Readonly<Record<string, OptionSpec>>;
};

export type Parsed = {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | null;
  number(name: string): number | null;
  /** Empty where the option is not given. */
  list(name: string): readonly string[];
};

export const commonOptions: Readonly<Record<string, OptionSpec>> = {
  json: { type: 'flag', help: 'end with one JSON object on the last line of stdout' },
  help: { type: 'flag', short: 'h', help: 'show this text' },
};

/**
 * Reads the arguments of one command. A word that starts with a dash, is no option and names an
 * existing file is that file: people have such files.
 * @throws UserError 'usage' for anything unknown, missing or out of range
 */
export const parseArguments = (spec: CommandSpec, words: readonly string[]): Parsed => {
  const options: Readonly<Record<string, OptionSpec>> = { ...commonOptions, ...spec.options };
  const values = new Map<string, string | number | true>();
  const lists = new Map<string, readonly string[]>();
  const positionals: string[] = [];
  let onlyPositionals = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (onlyPositionals || word === '-' || !word.startsWith('-')) {
      positionals.push(word);
      continue;
    }
    if (word === '--') {
      onlyPositionals = true;
      continue;
    }
    const { name, inline } = optionName(options, word);
    const option = name === null ? undefined : options[name];
    if (name === null || option === undefined) {
      if (!existsSync(word)) throw usage(spec, `There is no option ${word}.`);
      positionals.push(word);
      continue;
    }
    if (option.type === 'flag') {
      if (inline !== null) throw usage(spec, `--${name} takes no value.`);
      values.set(name, true);
      continue;
    }
    const text = inline ?? words[(at += 1)];
    if (text === undefined) throw usage(spec, `--${name} needs a value.`);
    if (option.type === 'list') {
      const more = inline === null ? wordsUpToOption(words.slice(at + 1)) : [];
      at += more.length;
      if ([text, ...more].includes('')) throw usage(spec, `--${name} is empty.`);
      lists.set(name, [...(lists.get(name) ?? []), text, ...more]);
      continue;
    }
    values.set(name, readValue(spec, name, option, text));
  }
  const required = spec.required ?? spec.positionals.length;
  if (!values.has('help')) {
    if (positionals.length < required) throw usage(spec, `${spec.positionals[positionals.length] ?? 'An argument'} is missing.`);
    if (spec.many !== true && positionals.length > spec.positionals.length) {
      throw usage(spec, `“${positionals[spec.positionals.length] ?? ''}” is one argument too many.`);
    }
  }
  const get = (name: string): string | number | true | undefined => values.get(name);
  return {
    positionals,
    flag: (name) => get(name) === true,
    text: (name) => { const value = get(name); return typeof value === 'string' ? value : null; },
    number: (name) => { const value = get(name); return typeof value === 'number' ? value : null; },
    list: (name) => lists.get(name) ?? [],
  };
};

const wordsUpToOption = (words: readonly string[]): readonly string[] => {
  const end = words.findIndex((word) => word.startsWith('-'));
  return end < 0 ? words : words.slice(0, end);
};

const optionName = (
  options: Readonly<Record<string, OptionSpec>>,
  word: string,
): { name: string | null; inline: string | null } => {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    return { name: Object.hasOwn(options, name) ? name : null, inline: equals < 0 ? null : word.slice(equals + 1) };
  }
  const found = Object.entries(options).find(([, option]) => option.short === word.slice(1));
  return { name: found?.[0] ?? null, inline: null };
};

const readValue = (spec: CommandSpec, name: string, option: OptionSpec, text: string): string | number => {
  if (option.type === 'text') {
    if (text === '') throw usage(spec, `--${name} is empty.`);
    if (option.choices !== undefined && !option.choices.includes(text)) {
      throw usage(spec, `--${name} is “${text}”; it must be one of ${option.choices.join(', ')}.`);
    }
    return text;
  }
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw usage(spec, `--${name} is “${text}”; it must be a number.`);
  const [low, high] = option.range ?? [-Infinity, Infinity];
  if (value < low || value > high) {
    const limits = high === Infinity ? `at least ${low}` : `between ${low} and ${high}`;
    throw usage(spec, `--${name} is ${value}; it must be ${limits}.`);
  }
  return value;
};

const usage = (spec: CommandSpec, message: string): UserError =>
  new UserError('usage', message, `See: vovision ${spec.name} --help`);

/** The text that `--help` prints. */
export const helpText = (spec: CommandSpec): string => {
  const required = spec.required ?? spec.positionals.length;
  const words = spec.positionals.map((name, at) => (at < required ? name : `[${name}]`));
  const rows = Object.entries({ ...spec.options, ...commonOptions }).map(([name, option]) => {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    const value = option.type === 'flag' ? '' : ` ${option.value ?? (option.type === 'number' ? 'N' : 'TEXT')}`;
    const choices = option.choices === undefined ? '' : ` (${option.choices.join(', ')})`;
    return [`  ${short}--${name}${value}`, `${option.help}${choices}`] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  if (spec.many === true) words.push('…');
  return [
    `vovision ${[spec.name, ...words].join(' ')} [options]`,
    '',
    spec.summary,
    '',
    ...rows.map(([left, right]) => left.padEnd(width) + right),
  ].join('\n');
};
