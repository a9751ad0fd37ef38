import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boxesOf, frameOf, seconds, type EventName, type Events, type RunInfo, type Stretch } from '../../../electron/engine/contract/contract.js';
import { Engine } from '../../../electron/engine/engine.js';
import { nodeTrials } from '../../../electron/engine/inference/trial-runner.js';
import { root } from '../cli/run.js';

export type Found = { readonly time: number; readonly boxes: Float32Array };

/** A whole engine in this process, with what it says kept. */
export class EngineUnderTest {
  readonly engine: Engine;
  readonly found = new Map<number, Found>();
  /** Frames in the order in which they were told. */
  readonly order: number[] = [];
  readonly events: { name: EventName; payload: unknown; at: number }[] = [];
  #listeners: (() => void)[] = [];

  private constructor(readonly dataFolder: string, zooFolder: string) {
    this.engine = new Engine(
      { dataFolder, zooFolder, fontsFolder: join(root, 'assets/fonts') },
      { emit: (name, payload) => this.#heard(name, payload), trials: nodeTrials, onHang: () => undefined },
    );
  }

  /** The models are those of the tests, whose figures never move, unless `zooFolder` names others. */
  static async create(dataFolder?: string, zooFolder = join(root, 'tests/models/zoo')): Promise<EngineUnderTest> {
    return new EngineUnderTest(dataFolder ?? (await mkdtemp(join(tmpdir(), 'vovision-engine-'))), zooFolder);
  }

  async open(path: string): Promise<string> {
    const token = Buffer.from(path).toString('base64url').slice(-40).padStart(16, '0');
    await this.engine.handle('host.open', { video: token, path });
    return token;
  }

  start(video: string, more: { mode?: 'every-frame' | 'keep-up'; from?: number; model?: string } = {}): Promise<RunInfo & { readonly analysed: readonly Stretch[] }> {
    return this.engine.handle('run.start', {
      video, model: more.model ?? 'first-256', provider: 'cpu', mode: more.mode ?? 'every-frame', from: seconds(more.from ?? 0),
    });
  }

  /** Adds a model file; resolves to its id. */
  async model(path: string): Promise<string> {
    const added = await this.engine.handle('host.model', { path });
    if (added.kind !== 'added') throw new Error(`the model was not added: ${added.kind}`);
    return added.model.id;
  }

  async until(condition: () => boolean, what: string, milliseconds = 60_000): Promise<void> {
    const limit = performance.now() + milliseconds;
    while (!condition()) {
      if (performance.now() > limit) throw new Error(`waited ${milliseconds} ms for ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 20);
        this.#listeners.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  untilDone(): Promise<void> {
    return this.until(() => {
      const state = this.last('run')?.state;
      if (state?.kind === 'failed') throw new Error(`the run failed: ${state.error.message}`);
      return state?.kind === 'done';
    }, 'the run to be done');
  }

  last<Name extends EventName>(name: Name): Events[Name] | undefined {
    const event = [...this.events].reverse().find((one) => one.name === name);
    return event?.payload as Events[Name] | undefined;
  }

  #heard<Name extends EventName>(name: Name, payload: Events[Name]): void {
    this.events.push({ name, payload, at: performance.now() });
    if (name === 'detections') {
      const { batch } = payload as Events['detections'];
      for (let k = 0; k < batch.index.length; k += 1) {
        const { index, time } = frameOf(batch, k);
        this.order.push(index);
        this.found.set(index, { time, boxes: boxesOf(batch, k).slice() });
      }
    }
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
}
