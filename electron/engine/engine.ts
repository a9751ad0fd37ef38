import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { UserError, type EventName, type Events, type ModelAdded, type ModelInfo } from './contract/contract.js';
import { hostChildren, type StartChild } from './children.js';
import { answerModel, listModels, loadModel, type LoadedModel } from './inference/cards.js';
import { forgetModel } from './inference/kept-models.js';
import type { TrialRunner } from './inference/providers.js';
import { forgetSurvey, knownUsual, surveyUsual } from './inference/survey.js';
import type { Model } from './inference/types.js';
import { locateTools } from './media/locate.js';
import type { MediaTools } from './media/types.js';
import { Exports } from './service/exports.js';
import { Faster } from './service/faster.js';
import { Lab } from './service/lab.js';
import { Runs } from './service/runs.js';
import { Videos } from './service/videos.js';
import { Workers } from './service/workers.js';
import type { EngineSettings, WireAnswer, WireArgs, WireName } from './wire.js';

export type Emit = <Name extends EventName>(name: Name, payload: Events[Name]) => void;
type Handlers = { [Name in WireName]: (args: WireArgs<Name>) => Promise<WireAnswer<Name>> | WireAnswer<Name> };

export type EngineOptions = {
  readonly emit: Emit;
  readonly trials: TrialRunner;
  /** Starts the processes that things are measured in; those that this process can have where left out. */
  readonly startChild?: StartChild;
  /** The inference thread hangs in a driver: only ending the process helps. */
  readonly onHang: (milliseconds: number) => void;
};

/** The analysis engine as one object: answers every request of the wire. */
export class Engine {
  readonly #videos: Videos;
  readonly #workers: Workers;
  readonly #runs: Runs;
  readonly #exports: Exports;
  readonly #lab: Lab;
  readonly #faster: Faster;
  readonly #handlers: Handlers;
  /** Paths of model files that wait for answers, by the name the page knows them under. */
  readonly #unclear = new Map<string, string>();
  #tools: Promise<MediaTools> | null = null;

  constructor(private readonly settings: EngineSettings, options: EngineOptions) {
    const { emit } = options;
    const tools = (): Promise<MediaTools> => this.#locate();
    this.#videos = new Videos(tools, emit);
    this.#workers = new Workers(settings.dataFolder, options.trials, (choice) => this.#runs.providerChanged(choice), options.onHang);
    this.#runs = new Runs(settings.dataFolder, this.#videos, this.#workers, tools, (id) => this.#model(id), (signal) => this.#survey(options.trials, signal), emit);
    this.#exports = new Exports(this.#runs, settings.fontsFolder, tools, emit);
    const measuring = { dataFolder: settings.dataFolder, startChild: options.startChild ?? hostChildren, rest: () => this.#runs.rest(), emit };
    // Both would take the machine from each other.
    this.#lab = new Lab({
      ...measuring,
      models: () => this.#models(),
      refuse: () => {
        if (this.#faster.busy) throw new UserError('usage', 'A model is being made faster, which takes the machine.', 'Wait until it is done, or cancel it.');
      },
    });
    this.#faster = new Faster({
      ...measuring, tools,
      refuse: () => {
        if (this.#lab.busy) throw new UserError('usage', 'The lab is measuring something.', 'Wait until it is done, or cancel it there.');
      },
      model: (id) => this.#model(id),
      video: (token) => this.#videos.get(token).file,
      providers: async (model, signal) => (await this.#workers.ranking(model)) ?? this.#workers.rank(model, signal),
    });
    this.#handlers = this.#table();
  }

  handle<Name extends WireName>(name: Name, args: WireArgs<Name>): Promise<WireAnswer<Name>> {
    const handler: Handlers[Name] | undefined = this.#handlers[name];
    // Names come from another process.
    if (!Object.hasOwn(this.#handlers, name)) return Promise.reject(new UserError('internal', `The engine knows no request “${name}”.`));
    return Promise.resolve().then(() => handler(args));
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#lab.dispose(), this.#faster.dispose()]);
    await this.#exports.dispose();
    await this.#runs.dispose();
    await this.#workers.dispose();
    this.#videos.dispose();
  }

  #table(): Handlers {
    return {
      'host.configure': () => null,
      'host.open': ({ video, path }) => this.#videos.open(video, path),
      'host.model': ({ path }) => this.#addModel(path),
      'host.export': ({ run, options, path }) => this.#exports.start(run, options, path),
      'video.frames': ({ video }) => this.#videos.frameTimes(video),
      'video.thumbnail': ({ video, time, width }) => this.#videos.thumbnail(video, time, width),
      'models.list': () => this.#listModels(),
      'models.usual': async () => (await knownUsual(await this.#models(), this.settings.dataFolder))?.id ?? null,
      'models.answer': ({ model, answers }) => this.#answerModel(model, answers),
      'models.forget': async ({ model }) => {
        await forgetModel(this.#userModels, await this.#model(model));
        return null;
      },
      'faster.open': () => this.#faster.open(),
      'faster.start': (args) => this.#faster.start(args),
      'faster.cancel': ({ job }) => {
        this.#faster.cancel(job);
        return null;
      },
      'providers.list': async ({ model }) => (await this.#workers.ranking(await this.#model(model))) ?? [],
      'providers.try': async ({ model }) => {
        await forgetSurvey(await this.#models(), this.settings.dataFolder);
        return this.#workers.rank(await this.#model(model));
      },
      'run.start': (args) => this.#runs.start(args),
      'run.playhead': ({ run, time, playing, speed }) => {
        this.#runs.look(run, time, playing, speed);
        return null;
      },
      'run.mode': ({ run, mode }) => {
        this.#runs.get(run).setMode(mode);
        return null;
      },
      'run.pause': ({ run, paused }) => {
        this.#runs.get(run).setPaused(paused);
        return null;
      },
      'run.stop': async ({ run }) => {
        await this.#runs.stop(run);
        return null;
      },
      'run.detections': ({ run, from, to }) => this.#runs.get(run).store.batch(from, to),
      'export.preview': ({ run, time, options, width }) => this.#exports.preview(run, time, options, width),
      'export.cancel': ({ job }) => {
        this.#exports.cancel(job);
        return null;
      },
      'lab.open': () => this.#lab.open(),
      'lab.start': ({ plan }) => this.#lab.start(plan),
      'lab.cancel': ({ job }) => {
        this.#lab.cancel(job);
        return null;
      },
      'lab.result': ({ id }) => this.#lab.result(id),
      'lab.forget': async ({ id }) => {
        await this.#lab.forget(id);
        return null;
      },
    };
  }

  get #userModels(): string {
    return join(this.settings.dataFolder, 'models');
  }

  /** Found once; looked for again after a failure, as the user may have mended it. */
  #locate(): Promise<MediaTools> {
    this.#tools ??= locateTools().catch((error: unknown) => {
      this.#tools = null;
      throw error;
    });
    return this.#tools;
  }

  async #listModels(): Promise<readonly ModelInfo[]> {
    return (await this.#models()).map((model) => model.info);
  }

  #models(): Promise<readonly Model[]> {
    return listModels(this.settings.zooFolder, this.#userModels);
  }

  async #survey(trials: TrialRunner, signal: AbortSignal): Promise<unknown> {
    return surveyUsual(await this.#models(), { dataFolder: this.settings.dataFolder, trials, signal });
  }

  async #model(id: string): Promise<Model> {
    const models = await this.#models();
    const found = models.find((model) => model.info.id === id);
    if (found === undefined) throw new UserError('bad-model', `There is no model “${id}”.`, 'Choose another one, or add the file again.');
    return found;
  }

  async #addModel(path: string): Promise<ModelAdded> {
    return this.#added(await loadModel(path, this.#userModels), path);
  }

  async #answerModel(name: string, answers: Readonly<Record<string, string>>): Promise<ModelAdded> {
    const path = this.#unclear.get(name);
    if (path === undefined) throw new UserError('bad-model', 'This model was not asked about.', 'Add the file again.');
    const added = this.#added(await answerModel(path, answers, this.#userModels), path);
    if (added.kind === 'added') this.#unclear.delete(name);
    return added;
  }

  /** What the page is told: never the path. */
  #added(loaded: LoadedModel, path: string): ModelAdded {
    if (loaded.kind === 'model') return { kind: 'added', model: loaded.model.info };
    const model = randomBytes(16).toString('base64url');
    this.#unclear.set(model, path);
    return { kind: 'unclear', model, name: loaded.name, questions: loaded.questions };
  }
}
