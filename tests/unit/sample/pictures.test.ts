import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Archive } from '../../../electron/engine/evaluation/archive.js';
import { CLASSES, type Moment } from '../../../tools/sample/actors.js';
import { anyCamera, CAST_SECONDS, casts, nearSample } from '../../../tools/sample/casts.js';
import { HALF_PASSES, Renderer, type TrueBox } from '../../../tools/sample/frame.js';
import { hardlySeen, LabelledSet } from '../../../tools/sample/labels.js';
import { random } from '../../../tools/sample/math.js';
import { CAMERA } from '../../../tools/sample/scene.js';
import { pictureSeeds, SAMPLE_SEED } from '../../../tools/sample/seeds.js';
import { table } from '../../../tools/sample/table.js';
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

  it('are taken from high above in a quarter of the streets, 35 to 80 degrees down on the road', () => {
    const high = Array.from({ length: 400 }, (_, seed) => anyCamera(random(seed))).filter(({ above }) => above !== undefined);
    expect(high.length).toBeGreaterThan(80);
    expect(high.length).toBeLessThan(120);
    for (const { eye, pitch, above } of high) {
      expect(eye[1] >= 7 && eye[1] <= 16).toBe(true);
      expect(pitch >= (35 * Math.PI) / 180 && pitch <= (80 * Math.PI) / 180).toBe(true);
      expect(above && above.x[0] < 3.4 && above.x[1] > -7.4 && above.z[1] - above.z[0] > 2).toBe(true);
    }
  });

  it('show cars where such a camera looks', () => {
    const high = Array.from({ length: 50 }, (_, seed) => anyCamera(random(seed))).find(({ above }) => above !== undefined);
    if (!high?.above) throw new Error('no camera of 50 stands high');
    const { above: { x, z } } = high;
    const out: Moment = { pieces: [], footprints: [] };
    for (const n of [0, 1, 2, 3, 4, 5]) for (const actor of casts(1005, high, 6)) actor.at(n * CAST_SECONDS, out);
    const cars = out.footprints.filter(({ along }) => along > 3);
    expect(cars.length).toBeGreaterThan(5);
    const seen = cars.filter((car) => car.x > x[0] - 1 && car.x < x[1] + 1 && car.z > z[0] - 4 && car.z < z[1] + 4);
    expect(seen.length).toBe(cars.length);
  });

  it('show 0 to 7 bottles on a table, each a track of its own, the same for the same seed', () => {
    for (let seed = 1000; seed < 1008; seed++) {
      const { actors } = table(seed, 3);
      const labels = actors.flatMap((actor) => actor.labels);
      expect(new Set(labels.map(({ track }) => track)).size).toBe(labels.length);
      expect(labels.every(({ kind }) => kind === 'bottle')).toBe(true);
      for (const n of [0, 1, 2]) {
        const out: Moment = { pieces: [], footprints: [] };
        for (const actor of actors) actor.at(n * CAST_SECONDS, out);
        expect(new Set(out.pieces.map(({ object }) => object).filter((object) => object > 0)).size).toBeLessThanOrEqual(7);
      }
    }
    const [one, again] = [table(1000, 2), table(1000, 2)];
    expect(again.camera).toEqual(one.camera);
    expect(again.actors.map(({ labels }) => labels)).toEqual(one.actors.map(({ labels }) => labels));
  });

  it('let the wall be seen through a clear bottle', () => {
    const shot = (behind: number): Float32Array => {
      const { camera, still, actors, glazing } = table(1010, 1);
      const renderer = new Renderer(104, 58, camera, still, actors, HALF_PASSES.slice(0, 1));
      glazing.behind = (place, right, up, out) => {
        renderer.behind(place, right, up, out);
        expect(out.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
        out[0] += behind;
      };
      const { light, boxes } = renderer.frame(0, 0.01);
      expect(boxes.length).toBeGreaterThan(0);
      expect(boxes.every(([, , , , kind]) => CLASSES[kind] === 'bottle')).toBe(true);
      return light;
    };
    const [dark, bright] = [shot(0), shot(1)];
    const changed = bright.reduce((sum, value, i) => sum + (value > (dark[i] ?? 0) + 0.05 ? 1 : 0), 0);
    expect(changed).toBeGreaterThan(30);
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
    set.add(picture, [], ['car']);
    expect(set.content.images[2]?.labelled_category_ids).toEqual([1]);
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
