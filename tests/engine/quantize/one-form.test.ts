import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeChildren, type StartChild } from '../../../electron/engine/children.js';
import { cardSchema, infoOf } from '../../../electron/engine/inference/card.js';
import { locateTools } from '../../../electron/engine/media/locate.js';
import { probeVideo } from '../../../electron/engine/media/probe.js';
import { makeFaster } from '../../../electron/engine/quantize/faster.js';
import type { ToChild } from '../../../electron/engine/quantize/types.js';
import { root } from '../cli/run.js';

const path = join(root, 'tests/models/zoo/first-256.onnx');

/** Children that are asked for something impossible when they are to make float16. */
const failingHalves: StartChild = (entry) => {
  const child = nodeChildren(entry);
  return { ...child, send: (message) => {
    const job = message as ToChild;
    child.send(job.kind === 'make' && job.to === 'float16' ? { ...job, threads: -7 } : message);
  } };
};

describe('a form that cannot be made', () => {
  it('says why in its row, for whatever reason, and does not take the others away', async () => {
    const card = cardSchema.parse(JSON.parse(await readFile(path.replace('.onnx', '.json'), 'utf8')));
    const tools = await locateTools();
    const { forms, made } = await makeFaster({
      model: { path, card, info: infoOf(card, 'first-256', 0, 'elsewhere') }, videos: [await probeVideo(join(root, 'assets/sample.mp4'), tools)], tools,
      providers: ['cpu'], startChild: failingHalves, progress: () => undefined, onForms: () => undefined, signal: new AbortController().signal,
    });
    const [original, int8, float16] = forms;
    expect(float16).toMatchObject({ form: 'float16', times: [], best: null, error: { kind: 'internal' } });
    expect(float16?.error?.message).not.toBe('');
    expect([original?.error, int8?.error]).toEqual([null, null]);
    for (const each of [original?.best, int8?.best, int8?.agreement]) expect(each ?? null).not.toBeNull();
    expect(made === null || made.stem.endsWith('-int8')).toBe(true);
  }, 300_000);
});
