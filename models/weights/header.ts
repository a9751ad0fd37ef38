import { WeightsError, shown } from './error.js';

/** One tensor as the header describes it, before anything of it is believed. */
export type Entry = { readonly type: string; readonly dims: readonly number[]; readonly start: number; readonly end: number };
export type Header = { readonly entries: ReadonlyMap<string, Entry>; readonly metadata: ReadonlyMap<string, string> };

/** Most dimensions a tensor may have, and most tensors a file; the deepest network here has some 1 500. */
const deepest = 32;
const most = 20_000;

const bad = (message: string): WeightsError => new WeightsError('bad-header', `The safetensors header is broken: ${message}`);

/**
 * Reads the JSON of a safetensors header, which has one fixed form:
 * `{"__metadata__": {text: text}, NAME: {"dtype": text, "shape": [whole], "data_offsets": [whole, whole]}}`.
 * Its own reader, because JSON.parse takes a name that comes twice, and any depth. Throws a WeightsError.
 */
export const readHeader = (text: string): Header => {
  const json = createReader(text);
  const entries = new Map<string, Entry>();
  const metadata = new Map<string, string>();
  json.object('the header', (name) => {
    if (name === '__metadata__') json.object(name, (key) => metadata.set(key, json.string()));
    else entries.set(name, readEntry(json, name));
    if (entries.size > most) throw new WeightsError('too-large', `The file holds more than ${most} tensors.`);
  });
  json.finish();
  return { entries, metadata };
};

const readEntry = (json: Reader, name: string): Entry => {
  const found: { type?: string; dims?: readonly number[]; offsets?: readonly number[] } = {};
  json.object(shown(name), (key) => {
    if (key === 'dtype') found.type = json.string();
    else if (key === 'shape') found.dims = json.wholes(deepest);
    else if (key === 'data_offsets') found.offsets = json.wholes(2);
    else throw bad(`${shown(name)} has a field “${shown(key)}”, which the format does not know.`);
  });
  const { type, dims, offsets: [start, end] = [] } = found;
  if (type === undefined || dims === undefined || start === undefined || end === undefined) {
    throw bad(`${shown(name)} does not say its dtype, shape and two data_offsets.`);
  }
  return { type, dims, start, end };
};

type Reader = {
  /** Reads `{...}`; `value` reads what follows a key. A key may come once. */
  readonly object: (what: string, value: (key: string) => unknown) => void;
  readonly string: () => string;
  /** `[...]` of at most `most` whole numbers from 0 to 2^53 - 1. */
  readonly wholes: (most: number) => readonly number[];
  /** Nothing but space may follow. */
  readonly finish: () => void;
};

const wholeToken = /(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y;
const space = /[ \t\n\r]*/y;

/** Where the text that begins at `start` ends: behind the first quote that no backslash takes its meaning; else `start`. */
const textEnd = (text: string, start: number): number => {
  if (text[start] !== '"') return start;
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at;
    while (text[before - 1] === '\\') before--;
    if ((at - before) % 2 === 0) return at + 1;
  }
  return start;
};

const createReader = (text: string): Reader => {
  let at = 0;
  const skip = (): void => {
    space.lastIndex = at;
    space.test(text);
    at = space.lastIndex;
  };
  const take = (token: RegExp, what: string): string => {
    skip();
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) throw bad(`${what} is expected at character ${at}.`);
    at += found.length;
    return found;
  };
  /** Whether `mark` comes next; if so it is taken. */
  const next = (mark: string): boolean => {
    skip();
    if (text[at] !== mark) return false;
    at++;
    return true;
  };
  const need = (mark: string): void => {
    if (!next(mark)) throw bad(`“${mark}” is expected at character ${at}.`);
  };
  const list = (close: string, item: () => void): void => {
    if (next(close)) return;
    do item(); while (next(','));
    need(close);
  };
  const string = (): string => {
    skip();
    const start = at;
    at = textEnd(text, start);
    try {
      return JSON.parse(text.slice(start, at)) as string;
    } catch {
      throw bad(`A text is expected at character ${start}.`);
    }
  };

  return {
    string,
    object: (what, value) => {
      const seen = new Set<string>();
      need('{');
      list('}', () => {
        const key = string();
        if (seen.has(key)) throw bad(`“${shown(key)}” comes twice in ${what}.`);
        seen.add(key);
        need(':');
        value(key);
      });
    },
    wholes: (most) => {
      const found: number[] = [];
      need('[');
      list(']', () => {
        if (found.length === most) throw bad(`more than ${most} numbers stand at character ${at}.`);
        const value = Number(take(wholeToken, 'A whole number from 0'));
        if (!Number.isSafeInteger(value)) throw bad(`the number before character ${at} is too large.`);
        found.push(value);
      });
      return found;
    },
    finish: () => {
      skip();
      if (at < text.length) throw bad(`more follows at character ${at}.`);
    },
  };
};
