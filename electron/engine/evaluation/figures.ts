import { detectionStride, unpack } from '../contract/contract.js';
import type { Dataset, PictureEntry } from './dataset.js';
import { averagePrecisions, overlaps, type Box, type Found, type Picture } from './precision.js';

/** Average precisions, 0 to 1, by class; `all` is their mean. Null where a class is nowhere to be found. */
export type Figures = {
  readonly ap50: Readonly<Record<string, number | null>>;
  /** The mean over IoU 0.50 to 0.95. */
  readonly ap: Readonly<Record<string, number | null>>;
  /** Classes that are on the pictures and that the model does not know; they are in no mean. */
  readonly unknown: readonly string[];
  /** What the figures are of: every class in the mean, on every picture that can judge it. */
  readonly counted: readonly Picture[];
};

/** By picture, then by category. */
export type FoundByPicture = ReadonlyMap<number, ReadonlyMap<number, readonly Found[]>>;

/** Names that Pascal VOC has for COCO's classes. */
const otherNames: Readonly<Record<string, string>> = {
  aeroplane: 'airplane', diningtable: 'dining table', motorbike: 'motorcycle', pottedplant: 'potted plant', sofa: 'couch', tvmonitor: 'tv',
};

const plain = (name: string): string => {
  const lower = name.trim().toLowerCase().replace(/[\s_-]+/g, ' ');
  return otherNames[lower] ?? lower;
};

/** The category of each of a model's classes, by name; null for what the set does not have. Case and Pascal VOC's names do not matter. */
export const categoriesOf = (classes: readonly string[], { categories }: Dataset): readonly (number | null)[] => {
  const ids = new Map(categories.map(({ id, name }) => [plain(name), id]));
  return classes.map((name) => ids.get(plain(name)) ?? null);
};

/** Most boxes that count on one picture. */
const most = 100;

/** The boxes of one picture, packed as the contract has them, best first, by category; without those that cannot be judged there. */
export const foundOn = (
  packed: Float32Array, categories: readonly (number | null)[], { labelled }: PictureEntry,
): ReadonlyMap<number, readonly Found[]> => {
  const found = new Map<number, Found[]>();
  let count = 0;
  for (let n = 0; n < packed.length / detectionStride && count < most; n++) {
    const { x1, y1, x2, y2, score, classId } = unpack(packed, n);
    const category = categories[classId] ?? null;
    if (category === null || labelled?.has(category) === false) continue;
    const list = found.get(category) ?? [];
    list.push({ box: [x1, y1, x2 - x1, y2 - y1], score });
    found.set(category, list);
    count += 1;
  }
  return found;
};

/** One box as COCO's own tools take results: `bbox` is left, top, width, height. */
export type CocoResult = { readonly image_id: number; readonly category_id: number; readonly bbox: Box; readonly score: number };

/** Everything that was found, for pycocotools' `loadRes`; picture by picture, each class best first. */
export const cocoResults = (found: FoundByPicture): readonly CocoResult[] =>
  [...found].sort(([a], [b]) => a - b).flatMap(([image, byCategory]) =>
    [...byCategory].flatMap(([category, list]) => list.map(({ box, score }) => ({ image_id: image, category_id: category, bbox: box, score }))));

/** The figures for what was found, by picture and category. `known`: categories the model can find. */
export const figuresOf = (
  { categories, pictures, truths }: Dataset, found: FoundByPicture, known: ReadonlySet<number>,
): Figures => {
  const rows = categories.map(({ id, name }) => {
    const judged = pictures.filter(({ labelled }) => labelled?.has(id) !== false);
    const ofClass = judged.map((picture): Picture => ({
      truths: truths.get(picture.id)?.get(id) ?? [], found: found.get(picture.id)?.get(id) ?? [],
    }));
    return { name, known: known.has(id), pictures: ofClass, precisions: averagePrecisions(ofClass) };
  });
  const counted = rows.filter((row) => row.known);
  const table = (figure: (precisions: readonly number[]) => number): Record<string, number | null> => {
    const values = counted.map(({ name, precisions }) => [name, precisions === null ? null : figure(precisions)] as const);
    return { all: mean(values.flatMap(([, value]) => value ?? [])), ...Object.fromEntries(values) };
  };
  return {
    ap50: table(([first = 0]) => first),
    ap: table((precisions) => precisions.reduce((sum, value) => sum + value, 0) / overlaps.length),
    unknown: rows.filter((row) => !row.known && row.precisions !== null).map(({ name }) => name),
    counted: counted.flatMap(({ pictures, precisions }) => (precisions === null ? [] : pictures)),
  };
};

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
