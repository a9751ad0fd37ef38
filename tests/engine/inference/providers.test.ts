import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { displayPx, modelPx, type ProviderStatus } from '../../../electron/engine/contract/contract.js';
import { askingHost, nodeChildren, serveChildren, type ChildCall } from '../../../electron/engine/children.js';
import { listModels, loadModel } from '../../../electron/engine/inference/cards.js';
import { madeUpPicture } from '../../../electron/engine/inference/picture.js';
import { rankProviders, storedRanking } from '../../../electron/engine/inference/providers.js';
import { InferenceThread } from '../../../electron/engine/inference/session.js';
import { nodeTrials, trialRunner } from '../../../electron/engine/inference/trial-runner.js';
import type { Model } from '../../../electron/engine/inference/types.js';
import { letterbox } from '../../../electron/engine/media/letterbox.js';
import { buildMarkModel } from '../../models/mark.js';

const folder = mkdtempSync(join(tmpdir(), 'providers-'));
afterAll(() => rmSync(folder, { recursive: true }));

let mark: Model;
beforeAll(async () => {
  const loaded = await loadModel(await buildMarkModel(join(folder, 'mark')));
  if (loaded.kind !== 'model') throw new Error('The mark model was not read.');
  mark = loaded.model;
});

const provider = (model: Model, id: 'cpu' | 'cuda' | 'webgpu', memory = 2 ** 32) =>
  ({ kind: 'provider', path: model.path, card: model.card, provider: id, memory }) as const;

const softwareVulkan = '/usr/lib/chromium/vk_swiftshader_icd.json';
const noVulkan = join(folder, 'no-vulkan.json');

describe('trying providers', () => {
  const before = process.env['VK_ICD_FILENAMES'];
  afterEach(() => {
    if (before === undefined) delete process.env['VK_ICD_FILENAMES'];
    else process.env['VK_ICD_FILENAMES'] = before;
  });

  it.runIf(process.platform === 'linux')('ranks what works, says why the others do not, and remembers it', async () => {
    // No driver at all, whatever the machine has.
    writeFileSync(noVulkan, '{}');
    process.env['VK_ICD_FILENAMES'] = noVulkan;
    const data = join(folder, 'data');
    expect(await storedRanking(mark, data)).toBeNull();
    const ranked = await rankProviders(mark, { dataFolder: data, trials: nodeTrials });
    const of = (id: string): ProviderStatus => ranked.find((one) => one.id === id)!;
    expect(ranked[0]).toMatchObject({ id: 'cpu', label: 'CPU', state: 'ready', reason: null });
    expect(ranked[0]!.latency).toBeGreaterThan(0);
    expect(of('webgpu')).toMatchObject({ state: 'passed-over', latency: null, reason: expect.stringMatching(/^No graphics adapter was found\./) as string });
    if (of('cuda').state !== 'ready') expect(of('cuda').reason).toMatch(/^(Its libraries are not installed|No NVIDIA card|The graphics driver)/);
    expect(await storedRanking(mark, data)).toEqual(ranked);
    expect(readdirSync(join(data, 'providers'))).toHaveLength(1);
    writeFileSync(join(data, 'providers', readdirSync(join(data, 'providers'))[0]!), 'broken');
    expect(await storedRanking(mark, data)).toBeNull();
  });

  it('ends a trial that takes too long, or that nobody waits for any more', async () => {
    expect(await nodeTrials.run(provider(mark, 'cpu'), 5)).toEqual({ kind: 'timeout', milliseconds: 5 });
    const controller = new AbortController();
    const waiting = nodeTrials.run(provider(mark, 'cpu'), 60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(nodeTrials.run(provider(mark, 'cpu'), 60_000, controller.signal)).rejects.toThrow('enough');
  });

  it('stops a trial that takes more memory than allowed', async () => {
    expect(await nodeTrials.run(provider(mark, 'cpu', 1024), 60_000)).toMatchObject({ kind: 'replied', reply: { kind: 'memory' } });
  });

  it('is done by the host for an engine that cannot start processes', async () => {
    // Engine and host, with the channel between them in hand.
    let toEngine: (event: { data: unknown }) => void = () => undefined;
    const host = serveChildren(nodeChildren, (answer) => toEngine({ data: answer }));
    const calls: ChildCall[] = [];
    const trials = trialRunner(askingHost({
      postMessage: (call) => {
        calls.push(call as ChildCall);
        host.take(call as ChildCall);
      },
      on: (_, listener) => {
        toEngine = listener;
      },
    }));
    const controller = new AbortController();
    const [first, second, third] = await Promise.allSettled([
      trials.run(provider(mark, 'cpu'), 60_000),
      trials.run(provider(mark, 'cpu'), 60_000, controller.signal),
      (async () => {
        const outcome = trials.run(provider(mark, 'cpu'), 60_000);
        controller.abort(new Error('enough'));
        return outcome;
      })(),
    ]);
    expect(first).toMatchObject({ value: { kind: 'replied', reply: { kind: 'ran', whole: true } } });
    expect(second).toMatchObject({ reason: { message: 'enough' } });
    expect(third).toMatchObject({ value: { kind: 'replied' } });
    expect([...new Set(calls.flatMap((call) => ('kill' in call ? [call.child] : [])))].sort()).toEqual([0, 1, 2]);

    const ended = trials.run(provider(mark, 'cpu'), 60_000);
    host.endAll();
    expect(await ended).toMatchObject({ kind: 'crashed', how: 'SIGKILL' });
  });

  it.runIf(existsSync(softwareVulkan))(`WebGPU on the software driver gives the CPU's boxes (needs ${softwareVulkan})`, async () => {
    process.env['VK_ICD_FILENAMES'] = softwareVulkan;
    const [model] = await listModels('tests/models/zoo', join(folder, 'none'));
    const cpu = await boxesOn(model!, 'cpu');
    const webgpu = await boxesOn(model!, 'webgpu');
    expect(cpu.length).toBeGreaterThan(5 * 6);
    expect(webgpu.length).toBe(cpu.length);
    for (let at = 0; at < cpu.length; at += 6) {
      expect(overlap(cpu.slice(at, at + 4), webgpu.slice(at, at + 4))).toBeGreaterThanOrEqual(0.99);
      expect(Math.abs(cpu[at + 4]! - webgpu[at + 4]!)).toBeLessThan(1e-3);
      expect(webgpu[at + 5]).toBe(cpu[at + 5]);
    }
    // A graphics card made of software takes seconds for a picture.
  }, 300_000);
});

const boxesOn = async (model: Model, id: 'cpu' | 'webgpu'): Promise<number[]> => {
  const changes: unknown[] = [];
  const thread = await InferenceThread.start(model, { provider: id, threads: null }, { onProviderChange: (change) => changes.push(change) });
  const { width, height } = model.card.input;
  const fit = letterbox({ width: displayPx(width * 3), height: displayPx(height * 3) }, { width: modelPx(width), height: modelPx(height) }, 'top-left', 114);
  const { boxes } = await thread.run(madeUpPicture(width, height), fit, 0.05);
  await thread.dispose();
  expect(changes).toEqual([]);
  return [...boxes];
};

const overlap = (a: number[], b: number[]): number => {
  const width = Math.min(a[2]!, b[2]!) - Math.max(a[0]!, b[0]!);
  const height = Math.min(a[3]!, b[3]!) - Math.max(a[1]!, b[1]!);
  const area = ([x1, y1, x2, y2]: number[]): number => (x2! - x1!) * (y2! - y1!);
  return (width * height) / (area(a) + area(b) - width * height);
};
