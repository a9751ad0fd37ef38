import type { ModelFacts, TensorFact } from './facts.js';
import type { CompanionInput, ModelCard } from './types.js';

type Input = ModelCard['input'];
export type PictureInput = {
  readonly name: string;
  readonly type: Input['type'];
  readonly layout: Input['layout'];
  readonly batched: boolean;
  /** Null where the file leaves a side open. */
  readonly width: number | null;
  readonly height: number | null;
};

/** Why a model's inputs cannot be fed with pictures, as the end of a sentence. */
export type Refusal = { readonly refusal: string };

export const isRefusal = (value: object): value is Refusal => 'refusal' in value;

const shown = ({ name, type, dims }: TensorFact): string => `'${name}' (${type} ${dims.map((dim) => dim ?? '?').join(' x ')})`;

/** The input that takes the picture. */
export const pictureInput = (inputs: readonly TensorFact[]): PictureInput | Refusal => {
  const found = inputs.find((input) => input.dims.length === 4) ?? inputs.find((input) => input.dims.length === 3);
  if (!found) {
    return { refusal: `it takes no picture: its inputs are ${inputs.map(shown).join(', ') || 'none'}.` };
  }
  const batched = found.dims.length === 4;
  const [first, second, last] = batched ? found.dims.slice(1) : found.dims;
  if (found.type !== 'uint8' && found.type !== 'float32' && found.type !== 'float16') {
    return { refusal: `its input ${shown(found)} takes neither bytes nor floating-point numbers.` };
  }
  const batch = batched ? (found.dims[0] ?? 1) : 1;
  if (batch !== 1) return { refusal: `it takes ${batch} pictures at once; export it for one.` };
  // A side of 3 is no picture, so a 3 tells where the colours are; where nothing does, planes come first.
  const layout = last === 3 ? 'nhwc' : first === 3 || (first === null && last === null) ? 'nchw' : null;
  if (layout === null) return { refusal: `its input ${shown(found)} does not take pictures of three colours.` };
  const [height = null, width = null] = layout === 'nhwc' ? [first, second] : [second, last];
  const odd = [height, width].find((side) => side !== null && (side < 16 || side > 8192));
  if (odd !== undefined) return { refusal: `its pictures would have a side of ${odd}; sides from 16 to 8192 can be used.` };
  return { name: found.name, type: found.type, layout, batched, width, height };
};

/** Inputs beside the picture that exporters are known to add, by name, with what they must hold. */
const knownCompanions: readonly (readonly [RegExp, (width: number, height: number) => readonly number[], 'sizes' | 'mask'])[] = [
  // RT-DETR and D-FINE: width first. PaddleDetection: height first.
  [/^orig_target_sizes$/i, (width, height) => [width, height], 'sizes'],
  [/^(im_shape|image_shape|img_shape)$/i, (width, height) => [height, width], 'sizes'],
  [/^scale_factor$/i, () => [1, 1], 'sizes'],
  [/^pixel_mask$/i, () => [1], 'mask'],
];

/** What to feed to the inputs beside the picture. */
export const companionsOf = (inputs: readonly TensorFact[], picture: string, width: number, height: number): readonly CompanionInput[] | Refusal => {
  const companions: CompanionInput[] = [];
  for (const input of inputs) {
    if (input.name === picture) continue;
    const known = knownCompanions.find(([name]) => name.test(input.name));
    const { type } = input;
    if (!known || (type !== 'int64' && type !== 'int32' && type !== 'float32')) {
      return { refusal: `it wants a further input ${shown(input)}, and nothing says what belongs there.` };
    }
    const [, values, kind] = known;
    const dims = kind === 'mask' ? (input.dims.length === 2 ? [height, width] : [1, height, width]) : input.dims.map((dim, k) => dim ?? (k === 0 ? 1 : 2));
    companions.push({ name: input.name, type, dims, values: values(width, height) });
  }
  return companions;
};

/** Size of the picture from Ultralytics' metadata, e.g. imgsz "[640, 480]" (height first). */
export const metadataSize = (metadata: ModelFacts['metadata']): { readonly width: number; readonly height: number } | null => {
  const [height, width] = (metadata['imgsz'] ?? '').match(/\d+/g)?.map(Number) ?? [];
  if (height === undefined || !(height >= 16 && height <= 8192)) return null;
  return { height, width: width !== undefined && width >= 16 && width <= 8192 ? width : height };
};
