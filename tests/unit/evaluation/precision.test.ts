import { describe, expect, it } from 'vitest';
import { readDataset } from '../../../electron/engine/evaluation/dataset.js';
import { categoriesOf, figuresOf, foundOn } from '../../../electron/engine/evaluation/figures.js';
import { averagePrecisions, type Box, type Found, type Picture, type Truth } from '../../../electron/engine/evaluation/precision.js';

const object = (box: Box, more: Partial<Truth> = {}): Truth => ({ box, crowd: false, ignored: false, ...more });
const found = (box: Box, score: number): Found => ({ box, score });
const ap50 = (...pictures: Picture[]): number | null => averagePrecisions(pictures, [0.5])?.[0] ?? null;

/** Picture, category, x, y, width, height, crowd. */
const objects: readonly (readonly [number, number, number, number, number, number, number])[] = [
  [7, 4, 189, 91, 87, 23, 0], [7, 4, 63, 97, 89, 33, 0], [7, 2, 195, 18, 37, 76, 1], [7, 11, 198, 55, 41, 41, 0],
  [3, 2, 42, 37, 53, 28, 0], [3, 2, 152, 86, 28, 59, 0], [3, 2, 180, 45, 27, 52, 0], [3, 11, 148, 2, 77, 25, 0],
  [3, 11, 90, 134, 52, 79, 1], [3, 11, 87, 131, 66, 38, 0], [12, 4, 78, 45, 30, 39, 0], [12, 4, 103, 8, 50, 64, 0],
  [12, 2, 111, 95, 39, 27, 0], [12, 11, 122, 70, 57, 80, 0], [12, 11, 46, 22, 82, 54, 0], [9, 4, 166, 45, 21, 80, 0],
  [9, 4, 165, 91, 64, 55, 0], [9, 2, 72, 20, 73, 41, 0], [9, 2, 194, 46, 25, 80, 0], [9, 2, 123, 49, 24, 73, 0],
  [9, 11, 9, 140, 58, 32, 0], [9, 11, 104, 144, 88, 67, 0],
];
/** Picture, category, x, y, width, height, score. */
const boxes: readonly (readonly [number, number, number, number, number, number, number])[] = [
  [7, 4, 181, 87, 82, 26, 0.8], [7, 4, 55, 104, 55, 43, 0.65], [7, 11, 206, 52, 38, 39, 0.65], [3, 2, 158, 87, 25, 66, 0.8],
  [3, 2, 91, 103, 22, 73, 0.6], [3, 11, 142, 0, 83, 28, 0.85], [3, 11, 90, 126, 57, 73, 0.35], [12, 4, 84, 41, 23, 33, 0.9],
  [12, 4, 107, 3, 43, 57, 0.8], [12, 4, 104, 5, 46, 60, 0.7], [12, 2, 106, 100, 36, 35, 0.75], [12, 11, 116, 73, 54, 87, 0.55],
  [12, 11, 39, 24, 75, 55, 0.6], [12, 11, 180, 71, 82, 53, 0.5], [9, 4, 167, 44, 27, 81, 0.85], [9, 4, 167, 87, 70, 58, 0.55],
  [9, 4, 172, 86, 72, 52, 0.35], [9, 2, 72, 28, 73, 33, 0.35], [9, 2, 68, 29, 79, 38, 0.4], [9, 2, 186, 41, 20, 82, 0.3],
  [9, 2, 116, 58, 22, 72, 0.6], [9, 2, 114, 51, 28, 73, 0.7], [9, 11, 18, 140, 61, 28, 0.7], [9, 11, 107, 153, 95, 65, 0.25],
  [9, 11, 23, 89, 20, 68, 0.2],
];
const names: Readonly<Record<number, string>> = { 4: 'cat', 2: 'dog', 11: 'kite' };
const cocoFile = {
  images: [7, 3, 12, 9].map((id) => ({ id, file_name: `${id}.jpg` })),
  annotations: objects.map(([image_id, category_id, x, y, w, h, iscrowd]) => ({ image_id, category_id, bbox: [x, y, w, h], iscrowd })),
  categories: Object.entries(names).map(([id, name]) => ({ id: Number(id), name })),
};

describe('on a plain COCO file', () => {
  it('the figures are those of pycocotools 2.0.11', () => {
    const dataset = readDataset(JSON.stringify(cocoFile), 'small.json');
    const byPicture = new Map<number, Map<number, Found[]>>();
    for (const [picture, category, x, y, w, h, score] of boxes) {
      const ofPicture = byPicture.get(picture) ?? new Map<number, Found[]>();
      byPicture.set(picture, ofPicture.set(category, [...(ofPicture.get(category) ?? []), found([x, y, w, h], score)]));
    }
    const { ap, ap50: at50, unknown } = figuresOf(dataset, byPicture, new Set([4, 2, 11]));
    const wanted = {
      ap: { all: 0.2198931321703599, cat: 0.22871287128712872, dog: 0.09000471475719, kite: 0.34096181046676094 },
      at50: { all: 0.6418356121326418, cat: 0.7835926449787836, dog: 0.31023102310231015, kite: 0.8316831683168316 },
    };
    for (const [name, value] of Object.entries(wanted.ap)) expect(ap[name]).toBeCloseTo(value, 12);
    for (const [name, value] of Object.entries(wanted.at50)) expect(at50[name]).toBeCloseTo(value, 12);
    expect(unknown).toEqual([]);
  });
});

describe('average precision', () => {
  const box: Box = [10, 10, 40, 40];
  const away: Box = [200, 200, 40, 40];

  it('is 1 where all is found, whatever the scores are', () => {
    const precisions = averagePrecisions([{ truths: [object(box), object(away)], found: [found(away, 0.01), found(box, 0.9)] }])!;
    expect(precisions).toHaveLength(10);
    for (const precision of precisions) expect(precision).toBeCloseTo(1, 12);
  });

  it('is 0 where nothing is found, and null where nothing is to be found', () => {
    expect(ap50({ truths: [object(box)], found: [] })).toBe(0);
    expect(ap50({ truths: [], found: [found(box, 0.9)] })).toBeNull();
    expect(ap50({ truths: [object(box, { ignored: true })], found: [found(box, 0.9)] })).toBeNull();
  });

  it('counts an object once: a second box on it is false', () => {
    const twice = [found(box, 0.9), found(box, 0.8)];
    // Both objects, or one and a false box before the other is found at two thirds.
    expect(ap50({ truths: [object(box), object(away)], found: [...twice, found(away, 0.7)] })).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
  });

  it('takes half the picture as recall: 51 of 101 steps', () => {
    expect(ap50({ truths: [object(box), object(away)], found: [found(box, 0.5)] })).toBeCloseTo(51 / 101, 12);
  });

  it('lets difficult objects be found any number of times, and missed', () => {
    const hard = object(away, { ignored: true });
    expect(ap50({ truths: [object(box), hard], found: [found(away, 0.9), found(away, 0.8), found(box, 0.7)] })).toBeCloseTo(1, 12);
    expect(ap50({ truths: [object(box), hard], found: [found(box, 0.7)] })).toBeCloseTo(1, 12);
    // A box that fits both goes to the one that counts.
    expect(ap50({ truths: [object([10, 10, 42, 40], { ignored: true }), object(box)], found: [found([10, 10, 42, 40], 0.7)] })).toBeCloseTo(1, 12);
  });

  it('takes what lies inside a crowd as its part', () => {
    const crowd = object([100, 100, 200, 200], { crowd: true, ignored: true });
    const inside = [found([120, 120, 20, 20], 0.9), found([150, 150, 20, 20], 0.95)];
    expect(ap50({ truths: [object(box), crowd], found: [...inside, found(box, 0.5)] })).toBeCloseTo(1, 12);
    // The same as a difficult object: too small a part of it.
    expect(ap50({ truths: [object(box), { ...crowd, crowd: false }], found: [...inside, found(box, 0.5)] })).toBeCloseTo(1 / 3, 12);
  });

  it('looks at the 100 best boxes of a picture', () => {
    const wrong = Array.from({ length: 100 }, (_, n): Found => found([300 + n, 300, 5, 5], 0.9));
    expect(ap50({ truths: [object(box)], found: [...wrong, found(box, 0.1)] })).toBe(0);
    expect(ap50({ truths: [object(box)], found: [...wrong.slice(1), found(box, 0.1)] })).toBeCloseTo(0.01, 12);
  });

  it('survives boxes without an area', () => {
    expect(ap50({ truths: [object([5, 5, 0, 0]), object(box)], found: [found([5, 5, 0, 0], 0.9), found(box, 0.8)] })).toBeCloseTo(51 / 2 / 101, 12);
  });
});

describe('a set of which not all is labelled', () => {
  const file = {
    images: [
      { id: 2, file_name: 'b', source: 'one', labelled_category_ids: [1] },
      { id: 1, file_name: 'a', source: 'two', archive: 'x.zip', width: 30, height: 20 },
    ],
    annotations: [
      { image_id: 2, category_id: 1, bbox: [0, 0, 10, 10] },
      { image_id: 2, category_id: 5, bbox: [0, 0, 10, 10] },
      { image_id: 1, category_id: 5, bbox: [5, 5, 10, 10], ignore: 1 },
      { image_id: 1, category_id: 5, bbox: [15, 5, 10, 10] },
    ],
    categories: [{ id: 1, name: 'person' }, { id: 5, name: 'tv' }, { id: 9, name: 'boat' }],
  };
  const dataset = readDataset(JSON.stringify(file), 'set.json');

  it('counts a class only where it is labelled', () => {
    expect(dataset.pictures.map(({ id }) => id)).toEqual([1, 2]);
    expect([...dataset.truths.get(2)!.keys()]).toEqual([1]);
    expect(dataset.truths.get(1)!.get(5)).toEqual([{ box: [5, 5, 10, 10], crowd: false, ignored: true }, { box: [15, 5, 10, 10], crowd: false, ignored: false }]);
    const categories = categoriesOf(['TVmonitor', 'person', 'zebra'], dataset);
    expect(categories).toEqual([5, 1, null]);
    const packed = Float32Array.of(0, 0, 10, 10, 0.9, 0, /* a tv where none is labelled */ 1, 2, 11, 22, 0.8, 1, 0, 0, 5, 5, 0.7, 2);
    expect([...foundOn(packed, categories, dataset.pictures[1]!)]).toEqual([[1, [{ box: [1, 2, 10, 20], score: Math.fround(0.8) }]]]);
    expect([...foundOn(packed, categories, dataset.pictures[0]!).keys()]).toEqual([5, 1]);
  });

  it('averages over the classes that are there and that the model knows', () => {
    const right = new Map([[1, new Map([[5, [found([15, 5, 10, 10], 0.5)]]])]]);
    const all = figuresOf(dataset, right, new Set([1, 5, 9]));
    expect(all).toMatchObject({ ap50: { person: 0, boat: null }, unknown: [] });
    expect(all.ap50['all']).toBeCloseTo(0.5, 12);
    expect(all.ap50['tv']).toBeCloseTo(1, 12);
    const some = figuresOf(dataset, right, new Set([5]));
    expect(some.unknown).toEqual(['person']);
    for (const { all: mean, tv, ...others } of [some.ap50, some.ap]) {
      expect([mean, tv, others]).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12), {}]);
    }
    expect(figuresOf(dataset, right, new Set([9])).ap50).toEqual({ all: null, boat: null });
  });

  it('keeps the pictures of one source', () => {
    expect(readDataset(JSON.stringify(file), 'set.json', 'two').pictures).toEqual([
      { id: 1, file: 'a', archive: 'x.zip', source: 'two', size: { width: 30, height: 20 }, labelled: null },
    ]);
    expect(() => readDataset(JSON.stringify(file), 'set.json', 'three')).toThrow('set.json has no pictures of the source “three”.');
  });

  it('is refused where it is no COCO file', () => {
    const with_ = (change: object): string => JSON.stringify({ ...file, ...change });
    expect(() => readDataset('{', 'x.json')).toThrow('x.json is no JSON');
    expect(() => readDataset('[]', 'x.json')).toThrow('x.json cannot be used');
    expect(() => readDataset(with_({ categories: [] }), 'x.json')).toThrow('categories');
    expect(() => readDataset(with_({ images: [{ id: 1, file_name: 'a' }, { id: 1, file_name: 'b' }] }), 'x.json')).toThrow('x.json has pictures with the same id.');
    expect(() => readDataset(with_({ annotations: [{ image_id: 1, category_id: 1, bbox: [0, 0, -1, 5] }] }), 'x.json')).toThrow('annotations.0.bbox.2');
    expect(() => readDataset(with_({ annotations: [{ image_id: 1, category_id: 1, bbox: [0, 0, 5] }] }), 'x.json')).toThrow('annotations.0.bbox');
  });
});
