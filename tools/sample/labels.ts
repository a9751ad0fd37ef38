import { type ClassName, CLASSES } from './actors.js';
import { type TrueBox } from './frame.js';

/** Below this share of an object's silhouette that nothing hides it is neither to be found nor wrong. */
export const LEAST_VISIBLE = 0.25;

/** So is an object whose shorter side is under 6 pixels on a picture whose longer side is 416: a part of the longer side. */
export const LEAST_SIDE = 6 / 416;

/** An object of COCO's format; `ignore` 1: neither missed nor false when it is found. */
export type Annotation = {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly [x: number, y: number, width: number, height: number];
  readonly area: number;
  readonly iscrowd: 0;
  readonly ignore: 0 | 1;
};

export type Image = {
  readonly id: number;
  readonly file_name: string;
  readonly archive?: string;
  readonly source: string;
  readonly width: number;
  readonly height: number;
  readonly labelled_category_ids: readonly number[];
};

export type Category = { readonly id: number; readonly name: string };

export const hardlySeen = ([x1, y1, x2, y2, , , visible]: TrueBox, width: number, height: number): boolean =>
  visible < LEAST_VISIBLE || Math.min(x2 - x1, y2 - y1) < LEAST_SIDE * Math.max(width, height);

/** A set in COCO's format, filled picture by picture; every id counts from 1. */
export class LabelledSet {
  private readonly images: Image[] = [];
  private readonly annotations: Annotation[] = [];
  private readonly categories: readonly Category[];

  /** `unlabelled`: classes that may stand in the pictures without a box. `strict` counts what is hardly seen, too. */
  constructor(classes: readonly string[], private readonly unlabelled: readonly string[] = [], private readonly strict = false) {
    this.categories = classes.map((name, at) => ({ id: at + 1, name }));
  }

  /** `also`: classes that may stand without a box in this picture. */
  add(picture: Omit<Image, 'id' | 'labelled_category_ids'>, boxes: readonly TrueBox[], also: readonly string[] = []): void {
    const labelled = this.categories.filter(({ name }) => !this.unlabelled.includes(name) && !also.includes(name)).map(({ id }) => id);
    const id = this.images.push({ id: this.images.length + 1, ...picture, labelled_category_ids: labelled });
    for (const box of boxes) {
      const [x1, y1, x2, y2, kind] = box;
      this.annotations.push({
        id: this.annotations.length + 1, image_id: id, category_id: this.idOf(CLASSES[kind]),
        bbox: [x1, y1, x2 - x1, y2 - y1], area: (x2 - x1) * (y2 - y1), iscrowd: 0,
        ignore: !this.strict && hardlySeen(box, picture.width, picture.height) ? 1 : 0,
      });
    }
  }

  private idOf(name: ClassName | undefined): number {
    const found = this.categories.find((category) => category.name === name);
    if (!found) throw new RangeError(`the set has no class ${name ?? 'of that number'}`);
    return found.id;
  }

  get content(): { images: readonly Image[]; annotations: readonly Annotation[]; categories: readonly Category[] } {
    return { images: this.images, annotations: this.annotations, categories: this.categories };
  }

  /** Objects of each class, and how many of them are to be ignored. */
  counts(): Record<string, string> {
    return Object.fromEntries(this.categories.flatMap(({ id, name }) => {
      const mine = this.annotations.filter((each) => each.category_id === id);
      return mine.length === 0 ? [] : [[name, `${mine.length} (${mine.filter(({ ignore }) => ignore).length} ignored)`]];
    }));
  }
}
