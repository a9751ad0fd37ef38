import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeChildren, type StartChild } from '../../../electron/engine/children.js';
import { cardSchema } from '../../../electron/engine/inference/card.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import { askChild } from '../../../electron/engine/quantize/ask-child.js';
import { gatherFrames } from '../../../electron/engine/quantize/frames.js';
import type { FromChild } from '../../../electron/engine/quantize/types.js';
import { root, temporaryFolder } from '../cli/run.js';

const path = join(root, 'tests/models/zoo/first-256.onnx');

/** Children whose words are listened to, too. */
const overheard = (said: FromChild[]): StartChild => (entry) => {
  const child = nodeChildren(entry);
  child.onMessage((message) => void said.push(message as FromChild));
  return child;
};

describe('the child that works on a model', () => {
  let folder = '';
  let common: { path: string; card: ReturnType<typeof cardSchema.parse>; frames: string; places: readonly number[]; folder: string; threads: number };
  const signal = new AbortController().signal;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const card = cardSchema.parse(JSON.parse(await readFile(path.replace('.onnx', '.json'), 'utf8')));
    const tools = await locateTools();
    const videos = [await probeVideo(join(root, 'assets/sample.mp4'), tools)];
    const frames = join(folder, 'frames.rgb');
    const places = await gatherFrames({ kind: 'videos', videos }, frames, { tools, input: card.input, count: 10, progress: () => undefined, signal });
    common = { path, card, frames, places, folder, threads: 1 };
  });
  const alive = (said: readonly FromChild[]): number => said.filter(({ kind }) => kind === 'alive').length;

  it('is heard of after every picture, however long one takes', async () => {
    const said: FromChild[] = [];
    await askChild({ kind: 'repeat', ...common }, { progress: () => undefined, signal, startChild: overheard(said) });
    // Five are held out; the original sees them twice.
    expect(alive(said)).toBe(10);

    said.length = 0;
    const { calibrated, agreement } = await askChild(
      { kind: 'make', ...common, to: 'int8', keep: [], target: 0, output: join(folder, 'out.onnx') }, { progress: () => undefined, signal, startChild: overheard(said) });
    expect([calibrated, agreement.frames]).toEqual([5, 5]);
    // Two ways of ranges on the five that teach (boxes) and three of them (outputs), beside the original on the same, then both on those held out.
    expect(alive(said)).toBe((5 + 3) * 3 + 5 * 2);
  });
});
