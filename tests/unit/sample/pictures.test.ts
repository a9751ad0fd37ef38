import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Archive } from '../../../electron/engine/evaluation/archive.js';
import { CLASSES, type Moment } from '../../../tools/sample/actors.js';
import { anyCamera, CAST_SECONDS, casts, nearSample } from '../../../tools/sample/casts.js';
import { type TrueBox } from '../../../tools/sample/frame.js';
import { hardlySeen, LabelledSet } from '../../../tools/sample/labels.js';
import { random } from '../../../tools/sample/math.js';
import { CAMERA } from '../../../tools/sample/scene.js';
import { pictureSeeds, SAMPLE_SEED } from '../../../tools/sample/seeds.js';
import { zipOf } from '../../../tools/sample/zip.js';

describe('pictures to train on', () => {
  it('are never of the street of the clip', () => {
    const truth = JSON.parse(readFileSync(new URL('../../../assets/sample.json', import.meta.url), 'utf8')) as { seed: number };
    expect(truth.seed).toBe(SAMPLE_SEED);
    expect(pictureSeeds(1000, 3)).toEqual([1000, 1001, 1002]);
    expect(() => pictureSeeds(0, 10)).toThrow(/own street/);
    expect(() => pictureSeeds(0.5, 1)).toThrow(/whole/);
  });

  it('are never taken from where the clip was filmed', () => {
    expect(nearSample(CAMERA)).toBe(true);
    for (let seed = 0; seed < 3000; seed++) expect(nearSample(anyCamera(random(seed)))).toBe(false);
  });

  it('show another cast at each moment, with tracks of its own and the same for the same seed', () => {
    const camera = anyCamera(random(3));
    const at = (time: number): Moment => {
      const out: Moment = { pieces: [], footprints: [] };
      for (const actor of casts(1005, camera, 3)) actor.at(time, out);
      return out;
    };
    const tracks = [0, 1, 2].map((n) => new Set(at(n * CAST_SECONDS).pieces.map(({ object }) => object).filter((track) => track > 0)));
    const together = tracks.flatMap((each) => [...each]);
    expect(together.length).toBeGreaterThan(10);
    expect(new Set(together).size).toBe(together.length);
    const labels = casts(1005, camera, 3).flatMap((actor) => actor.labels);
    expect(new Set(labels.map(({ track }) => track)).size).toBe(labels.length);
    for (const track of together) expect(CLASSES).toContain(labels.find((label) => label.track === track)?.kind);
    expect(at(CAST_SECONDS).footprints).toEqual(at(CAST_SECONDS).footprints);
  });
});

describe('labels of what is rendered', () => {
  const box = (width: number, height: number, visible: number, kind = 0): TrueBox => [10, 20, 10 + width, 20 + height, kind, 1, visible];

  it('ask for a quarter of the silhouette and 6 pixels of 416, at any size', () => {
    expect(hardlySeen(box(6, 40, 0.25), 416, 234)).toBe(false);
    expect(hardlySeen(box(5, 40, 1), 416, 234)).toBe(true);
    expect(hardlySeen(box(40, 40, 0.249), 416, 234)).toBe(true);
    expect([hardlySeen(box(18, 40, 1), 1280, 720), hardlySeen(box(19, 40, 1), 1280, 720)]).toEqual([true, false]);
  });

  it('name classes, leave out those that stand about without a box, and ignore what is hardly seen', () => {
    const classes = ['person', 'car', 'potted plant'];
    const picture = { file_name: 'a.jpg', source: 'street', width: 416, height: 234 };
    const set = new LabelledSet(classes, ['potted plant']);
    set.add(picture, [box(30, 40, 1, 2), box(30, 40, 0.1)]);
    set.add(picture, []);
    const { images, annotations, categories } = set.content;
    expect(categories.map(({ name }) => name)).toEqual(classes);
    expect(images.map(({ id, labelled_category_ids }) => [id, labelled_category_ids])).toEqual([[1, [1, 2]], [2, [1, 2]]]);
    expect(annotations.map(({ image_id, category_id, bbox, ignore }) => [image_id, category_id, bbox, ignore])).toEqual([
      [1, 2, [10, 20, 30, 40], 0], [1, 1, [10, 20, 30, 40], 1],
    ]);
    const strict = new LabelledSet(classes, [], true);
    strict.add(picture, [box(30, 40, 0.1)]);
    expect(strict.content.annotations[0]?.ignore).toBe(0);
    expect(() => { strict.add(picture, [box(30, 40, 1, 4)]); }).toThrow(/no class bus/);
  });

  it('lie in an archive that can be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'street-'));
    try {
      writeFileSync(join(folder, 'a.zip'), zipOf([['one.jpg', Uint8Array.of(1, 2, 3)], ['two.jpg', new Uint8Array(70_000).fill(7)]]));
      const archive = await Archive.open(join(folder, 'a.zip'));
      expect(Buffer.from(await archive.read('one.jpg'))).toEqual(Buffer.from([1, 2, 3]));
      expect((await archive.read('two.jpg')).length).toBe(70_000);
      archive.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
