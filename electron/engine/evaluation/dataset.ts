import { z } from 'zod';
import { UserError } from '../contract/contract.js';
import type { Truth } from './precision.js';

export type PictureEntry = {
  readonly id: number;
  readonly file: string;
  /** Name of the zip file it lies in; null for a file of its own. */
  readonly archive: string | null;
  readonly source: string | null;
  /** Size the boxes refer to; null where nothing is said. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** Classes whose absence can be trusted; null for all. */
  readonly labelled: ReadonlySet<number> | null;
};

/** What is to be found on which pictures. */
export type Dataset = {
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  /** By their ids, as pycocotools has them. */
  readonly pictures: readonly PictureEntry[];
  /** By picture, then by category. */
  readonly truths: ReadonlyMap<number, ReadonlyMap<number, readonly Truth[]>>;
};

const flag = z.union([z.boolean(), z.number()]).transform(Boolean).optional();
const id = z.number().int();

const schema = z.object({
  images: z.array(z.object({
    id,
    file_name: z.string().min(1).max(4096),
    archive: z.string().min(1).max(4096).nullable().optional(),
    source: z.string().max(4096).nullable().optional(),
    width: z.number().positive().optional(),
    height: z.number().positive().optional(),
    labelled_category_ids: z.array(id).nullable().optional(),
  })).min(1),
  annotations: z.array(z.object({
    image_id: id,
    category_id: id,
    bbox: z.tuple([z.number(), z.number(), z.number().min(0), z.number().min(0)]),
    iscrowd: flag,
    ignore: flag,
    difficult: flag,
  })),
  categories: z.array(z.object({ id, name: z.string().min(1).max(4096) })).min(1),
});

const howItIs = 'COCO’s format has lists “images” (id, file_name), “annotations” (image_id, category_id, bbox) and “categories” (id, name).';

/**
 * Reads a COCO annotation file: `text`, called `name`. Keys of its own may say where a picture lies
 * (`archive`, `source`), what is labelled on it (`labelled_category_ids`) and which objects are
 * neither missed nor false (`ignore`, `difficult`). Annotations of classes that a picture is not
 * labelled for do not count. `source` keeps the pictures of one source only.
 * Throws UserError 'bad-input', and 'usage' for a source that is not there.
 */
export const readDataset = (text: string, name: string, source: string | null = null): Dataset => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError('bad-input', `${name} is no JSON: ${error instanceof Error ? error.message : String(error)}`, howItIs);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError('bad-input', `${name} cannot be used: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'not as expected'}.`, howItIs);
  }
  const { images, annotations, categories } = parsed.data;
  const all = images.map((image): PictureEntry => ({
    id: image.id, file: image.file_name, archive: image.archive ?? null, source: image.source ?? null,
    size: image.width === undefined || image.height === undefined ? null : { width: image.width, height: image.height },
    labelled: image.labelled_category_ids ? new Set(image.labelled_category_ids) : null,
  }));
  refuseDoubles(name, 'pictures', all.map((picture) => picture.id));
  refuseDoubles(name, 'categories', categories.map((category) => category.id));
  const pictures = all.filter((picture) => source === null || picture.source === source).sort((a, b) => a.id - b.id);
  if (pictures.length === 0) {
    const sources = [...new Set(all.flatMap((picture) => picture.source ?? []))];
    throw new UserError('usage', `${name} has no pictures of the source “${source ?? ''}”.`, sources.length === 0 ? 'It names no sources.' : `It has ${sources.join(', ')}.`);
  }

  const truths = new Map(pictures.map((picture) => [picture.id, new Map<number, Truth[]>()]));
  const labelled = new Map(pictures.map((picture) => [picture.id, picture.labelled]));
  for (const { image_id: image, category_id: category, bbox, iscrowd = false, ignore = false, difficult = false } of annotations) {
    const ofPicture = truths.get(image);
    if (ofPicture === undefined || labelled.get(image)?.has(category) === false) continue;
    const list = ofPicture.get(category) ?? [];
    list.push({ box: bbox, crowd: iscrowd, ignored: iscrowd || ignore || difficult });
    ofPicture.set(category, list);
  }
  return { categories, pictures, truths };
};

const refuseDoubles = (name: string, what: string, ids: readonly number[]): void => {
  if (new Set(ids).size < ids.length) throw new UserError('bad-input', `${name} has ${what} with the same id.`, 'Give each an id of its own.');
};
