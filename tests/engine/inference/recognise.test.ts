import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { displayPx, modelPx } from '../../../electron/engine/contract/contract.js';
import { answerModel, listModels, loadModel } from '../../../electron/engine/inference/cards.js';
import { InferenceThread } from '../../../electron/engine/inference/session.js';
import { letterbox } from '../../../electron/engine/media/letterbox.js';
import { families, fixedDetector, pictureSize, truth } from '../../models/detectors.js';

const folder = mkdtempSync(join(tmpdir(), 'recognise-'));
const store = join(folder, 'store');
afterAll(() => rmSync(folder, { recursive: true }));

/** A picture twice as large as the model's, so that display pixels are model pixels times two. */
const fit = letterbox(
  { width: displayPx(pictureSize.width * 2), height: displayPx(pictureSize.height * 2) },
  { width: modelPx(pictureSize.width), height: modelPx(pictureSize.height) }, 'top-left', 114,
);

describe('a file without a card', () => {
  it.each(families)('$title is recognised, asked about what it leaves open, and gives its boxes', async ({ title, model, head, asks, answers }) => {
    const path = join(folder, `${title.replace(/\W+/g, '-')}.onnx`);
    writeFileSync(path, fixedDetector(model));
    let loaded = await loadModel(path, store);
    expect(loaded.kind === 'unclear' ? loaded.questions.map(({ key }) => key) : []).toEqual(asks);
    if (loaded.kind === 'unclear') loaded = await answerModel(path, answers, store);
    if (loaded.kind !== 'model') throw new Error(`still asks for ${loaded.questions.map(({ key }) => key).join()}`);
    const { card } = loaded.model;
    expect(card.head.kind).toBe(head);
    expect(card.input).toMatchObject(pictureSize);

    const thread = await InferenceThread.start(loaded.model, { provider: 'cpu', threads: 1 });
    const { boxes } = await thread.run(new Uint8Array(pictureSize.width * pictureSize.height * 3), fit, 0.25);
    await thread.dispose();
    expect(boxes.length).toBe(truth.length * 6);
    truth.forEach(({ box, score, classId }, n) => {
      box.forEach((value, k) => expect(boxes[n * 6 + k]).toBeCloseTo(value * 2, 2));
      expect(boxes[n * 6 + 4]).toBeCloseTo(score, 3);
      expect(boxes[n * 6 + 5]).toBe(classId);
    });
  });

  it('keeps names, licence and size from the metadata', async () => {
    const family = families.find(({ title }) => title === 'YOLOv8 with metadata')!;
    const path = join(folder, 'named.onnx');
    writeFileSync(path, fixedDetector(family.model));
    const loaded = await loadModel(path);
    expect(loaded).toMatchObject({
      kind: 'model',
      model: { card: { name: 'Ultralytics YOLO11n', classes: ['car', "driver's cab", 'bus'], licence: 'AGPL-3.0' } },
    });
  });

  it('remembers answers given one at a time, and the model afterwards', async () => {
    const family = families.find(({ title }) => title === 'rows of seven (YOLOv7)')!;
    const path = join(folder, 'remembered.onnx');
    // A hash of its own, so that no earlier answer is found.
    writeFileSync(path, fixedDetector({ ...family.model, metadata: { test: 'remembered' } }));
    await answerModel(path, { colour: 'bgr' }, store);
    const second = await answerModel(path, { range: 'imagenet' }, store);
    expect(second.kind === 'unclear' && second.questions.map(({ key }) => key)).toEqual(['classes']);
    const third = await answerModel(path, { classes: 'a\nb' }, store);
    expect(third).toMatchObject({ kind: 'model', model: { card: { classes: ['a', 'b'], input: { colour: 'bgr', mean: [103.53, 116.28, 123.675] } } } });
    expect(await loadModel(path, store)).toEqual(third);
    const ids = (await listModels('tests/models/zoo', store)).map(({ info }) => info.id);
    expect(ids[0]).toBe('first-256');
    expect(ids).toContain(third.kind === 'model' ? third.model.info.id : '');
    rmSync(path);
    expect((await listModels('tests/models/zoo', store)).map(({ info }) => info.id)).toEqual(ids.filter((id) => !id.startsWith('remembered')));
  });

  it('refuses a wrong number of class names', async () => {
    const path = join(folder, 'YOLOv5.onnx');
    await expect(answerModel(path, { classes: 'one; two' })).rejects.toThrow('has 3 classes; 2 names were given');
  });
});
