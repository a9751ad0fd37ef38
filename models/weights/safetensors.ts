import { WeightsError, shown } from './error.js';
import { readHeader, type Entry } from './header.js';
import { tensorBits, tensorTypes, type Tensor, type TensorType } from './numbers.js';

/** What a safetensors file holds. */
export type TensorFile = {
  /** By name, in the order of their bytes. The bytes are views into the file's. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
};

/** Largest header that is read, in bytes; a tensor takes some 100. */
const headerLimit = 16 * 2 ** 20;

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors, "Format"): eight bytes of
 * header length, a JSON header, then the tensors without gaps. Names are texts only: nothing is
 * looked up or made by them. Copies nothing but the header. Throws a WeightsError.
 */
export const readSafetensors = (file: Uint8Array): TensorFile => {
  refuseOthers(file);
  const length = headerLength(file);
  const { entries, metadata } = readHeader(headerText(file.subarray(8, 8 + length)));
  const data = file.subarray(8 + length);
  const tensors = new Map<string, Tensor>();
  let end = 0;
  let last = '';
  for (const [name, entry] of [...entries].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
    const type = checkEntry(name, entry);
    if (entry.end > data.length) {
      throw new WeightsError('truncated', `${shown(name)} ends at byte ${entry.end} of the data; the file holds ${data.length}.`, 'Fetch the file again.');
    }
    if (entry.start < end) throw new WeightsError('bad-tensor', `${shown(name)} overlaps ${shown(last)} in the file.`);
    if (entry.start > end) throw new WeightsError('bad-tensor', `${entry.start - end} bytes before ${shown(name)} belong to no tensor.`);
    tensors.set(name, { type, dims: entry.dims, bytes: data.subarray(entry.start, entry.end) });
    end = entry.end;
    last = name;
  }
  if (end < data.length) throw new WeightsError('bad-tensor', `${data.length - end} bytes at the end of the file belong to no tensor.`);
  return { tensors, metadata };
};

/** What to do with a checkpoint that is no safetensors file. */
const convert = 'Turn it into safetensors where you trust it: python -c "import sys, torch; from safetensors.torch import save_file as save; '
  + 'd = torch.load(sys.argv[1], map_location=\'cpu\', weights_only=True); d = d.get(\'state_dict\', d.get(\'model\', d)); '
  + 'save({k: torch.as_tensor(v).contiguous().clone() for k, v in d.items()}, sys.argv[2])" FILE.pth FILE.safetensors';

const startsWith = (file: Uint8Array, ...bytes: readonly number[]): boolean => bytes.every((byte, n) => file[n] === byte);

const refuseOthers = (file: Uint8Array): void => {
  // PyTorch writes a zip of pickles, or, before 1.6, a bare pickle of protocol 2.
  if (startsWith(file, 0x50, 0x4b, 3, 4) || (startsWith(file, 0x80) && (file[1] ?? 0) >= 2 && (file[1] ?? 0) <= 5 && file[8] !== 0x7b)) {
    throw new WeightsError('pickle', 'This is a PyTorch checkpoint, a pickle: reading it may run code that hides in it, so it is not read.', convert);
  }
  if (file.length < 10) throw new WeightsError('not-safetensors', `The file has ${file.length} bytes; the shortest safetensors file has 10.`);
};

const headerLength = (file: Uint8Array): number => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  // The format wants the header to begin with this byte, so that other files are told apart at once.
  if (file[8] !== 0x7b) throw new WeightsError('not-safetensors', 'This is not a safetensors file: it has no header.');
  if (length > headerLimit) {
    throw new WeightsError('too-large', `The header is said to have ${length} bytes; at most ${headerLimit} are read.`);
  }
  if (length > file.length - 8) {
    throw new WeightsError('truncated', `The header is said to have ${length} bytes; ${file.length - 8} follow.`, 'Fetch the file again.');
  }
  return length;
};

const headerText = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new WeightsError('bad-header', 'The safetensors header is broken: it is not UTF-8.', '', [], { cause });
  }
};

const isTensorType = (text: string): text is TensorType => (tensorTypes as readonly string[]).includes(text);

/** The type of an entry whose type, dimensions and bytes agree. */
const checkEntry = (name: string, { type, dims, start, end }: Entry): TensorType => {
  if (!isTensorType(type)) throw new WeightsError('bad-tensor', `${shown(name)} is of type “${shown(type)}”, which the format does not know.`);
  let bits: number = tensorBits[type];
  for (const dim of dims) {
    bits *= dim;
    if (bits > Number.MAX_SAFE_INTEGER) throw new WeightsError('bad-tensor', `${shown(name)} is too large: ${dims.join(' x ')}.`);
  }
  if (end < start || (end - start) * 8 !== bits) {
    throw new WeightsError('bad-tensor', `${shown(name)} has ${end - start} bytes; ${dims.join(' x ') || 'one'} of ${type} take ${bits / 8}.`);
  }
  return type;
};

/**
 * The bytes of a safetensors file, as the `safetensors` package writes them: larger types first,
 * then by name, the header filled up with spaces to whole eights. Throws a RangeError for a tensor
 * whose bytes are not those of its dimensions, for a name the format keeps for itself, and for texts that are no Unicode.
 */
export const writeSafetensors = (tensors: ReadonlyMap<string, Tensor>, metadata: ReadonlyMap<string, string> = new Map()): Uint8Array => {
  const sorted = [...tensors].sort(([one, a], [two, b]) =>
    tensorTypes.indexOf(b.type) - tensorTypes.indexOf(a.type) || compareBytes(one, two));
  const fields: string[] = [];
  if (metadata.size > 0) {
    const pairs = [...metadata].map(([key, value]) => `${quoted(key)}:${quoted(value)}`);
    fields.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  let size = 0;
  for (const [name, { type, dims, bytes }] of sorted) {
    const needed = dims.reduce((product, dim) => product * dim, tensorBits[type]) / 8;
    if (name === '__metadata__') throw new RangeError('A tensor cannot be called __metadata__.');
    if (bytes.length !== needed) throw new RangeError(`${name} has ${bytes.length} bytes; ${dims.join(' x ')} of ${type} take ${needed}.`);
    fields.push(`${quoted(name)}:{"dtype":"${type}","shape":[${dims.join(',')}],"data_offsets":[${size},${size + bytes.length}]}`);
    size += bytes.length;
  }
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const header = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + header + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(header), true);
  file.set(json, 8);
  file.fill(0x20, 8 + json.length, 8 + header);
  let at = 8 + header;
  for (const [, { bytes }] of sorted) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
};

/** By bytes of UTF-8, as Rust orders texts; JavaScript's own order is by UTF-16 units. */
const compareBytes = (a: string, b: string): number => {
  const [one, two] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  for (let n = 0; n < Math.min(one.length, two.length); n++) {
    const difference = (one[n] ?? 0) - (two[n] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - two.length;
};

const quoted = (text: string): string => {
  if (/\p{Surrogate}/u.test(text)) throw new RangeError('A name or note has half a character in it (a lone surrogate).');
  return JSON.stringify(text);
};
