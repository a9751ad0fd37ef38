import { z } from 'zod';
import type { HeadId, Size } from '../../contract/contract.js';
import type { Candidates } from '../candidates.js';
import type { HeadTensor } from '../tensors.js';
import type { HeadGuess, ModelFacts } from '../facts.js';

/** What a head is given for one picture. */
export type HeadInput = {
  /** The model's outputs by the head's role names. */
  readonly tensors: Readonly<Record<string, HeadTensor>>;
  /** Size of the tensor the model saw. */
  readonly model: Size;
  /** Candidates below are not proposed, 0..1. */
  readonly minScore: number;
};

/** How one family of detectors says what it found. `Options` come from the model card. */
export type Head<Options = unknown> = {
  readonly id: HeadId;
  /** As the user reads it. */
  readonly label: string;
  /** Role names of the outputs it cannot do without. */
  readonly roles: readonly string[];
  readonly options: z.ZodType<Options>;
  /** False where the graph suppresses doubles itself, or the family gives none. */
  readonly suppresses: boolean;
  /** Adds what reaches `minScore` to `into`, in model pixels. */
  readonly decode: (input: HeadInput, options: Options, into: Candidates) => void;
  /** What a file's outputs can mean to this family; empty if they are not its own. */
  readonly recognise: (facts: ModelFacts) => readonly HeadGuess[];
};

/** A head with its options taken from a card. */
export type BoundHead = (input: HeadInput, into: Candidates) => void;

export type AnyHead = Omit<Head, 'decode' | 'options'> & {
  /** Checks a card's options (ZodError if they are none) and gives the function that decodes. */
  readonly bind: (options: unknown) => BoundHead;
};

export const defineHead = <Options>(head: Head<Options>): AnyHead => {
  const { decode, options: schema, ...rest } = head;
  return {
    ...rest,
    bind: (options) => {
      const parsed = schema.parse(options);
      return (input, into) => decode(input, parsed, into);
    },
  };
};

/** How four numbers make a box. */
export const boxForms = ['corners', 'corners-yx', 'center'] as const;
export type BoxForm = (typeof boxForms)[number];
/** Whether coordinates are pixels of the tensor or fractions of its size. */
export const coordinateKinds = ['pixels', 'relative'] as const;

export const boxOptions = {
  form: z.enum(boxForms).default('corners'),
  coordinates: z.enum(coordinateKinds).default('pixels'),
};

export type BoxOptions = { readonly form: BoxForm; readonly coordinates: (typeof coordinateKinds)[number] };

/** Adds the box of four numbers at `data[at]`, whatever their form. */
export const addBox = (
  into: Candidates, data: Float32Array, at: number, box: BoxOptions, model: Size, score: number, classId: number,
): void => {
  const a = data[at] ?? Number.NaN;
  const b = data[at + 1] ?? Number.NaN;
  const c = data[at + 2] ?? Number.NaN;
  const d = data[at + 3] ?? Number.NaN;
  const sx = box.coordinates === 'relative' ? model.width : 1;
  const sy = box.coordinates === 'relative' ? model.height : 1;
  switch (box.form) {
    case 'corners': into.add(a * sx, b * sy, c * sx, d * sy, score, classId); return;
    case 'corners-yx': into.add(b * sx, a * sy, d * sx, c * sy, score, classId); return;
    case 'center': into.add((a - c / 2) * sx, (b - d / 2) * sy, (a + c / 2) * sx, (b + d / 2) * sy, score, classId);
  }
};

/** Rows and columns of an output whose leading dimensions are all 1. */
export const matrix = (tensor: HeadTensor): { readonly rows: number; readonly columns: number } => {
  const columns = tensor.dims.at(-1) ?? 0;
  return { rows: columns === 0 ? 0 : Math.floor(tensor.data.length / columns), columns };
};

const nothing: HeadTensor = { dims: [0, 0], data: new Float32Array(0) };

export const tensorOf = (input: HeadInput, role: string): HeadTensor => input.tensors[role] ?? nothing;
