import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  errorData, UserError,
  type Answers, type EventName, type Events, type Opened, type Playback, type RequestArgs, type RequestName, type Token,
} from '../engine/contract/contract.js';
import type { EngineRequestName } from '../engine/wire.js';
import type { PageAnswer, PageRequest } from './answer.js';
import { EngineLink, type Emit } from './engine-link.js';
import type { StartEngine } from './engine-channel.js';
import { Exports, exportName } from './exports.js';
import { FileNames } from './file-names.js';
import { serveMedia } from './media-server.js';
import type { HostPlatform } from './platform.js';
import { programFolders, programVersion } from './program.js';
import { Proxies } from './proxies.js';
import { isEngineRequest, readRequest } from './requests.js';
import { Vault } from './vault.js';

export type HostOptions = {
  readonly platform: HostPlatform;
  readonly startEngine: StartEngine;
  readonly dataFolder: string;
  /** Where the page hears events. */
  readonly emit: Emit;
};

type HostHandlers = { [Name in Exclude<RequestName, EngineRequestName>]: (args: RequestArgs<Name>) => Promise<Answers[Name]> };

/** One page's other half: answers its requests, itself or through the engine, and serves what it plays. */
export class Host {
  readonly #exports = new Exports();
  readonly #names = new FileNames();
  readonly #proxies = new Proxies(this.#names);
  /** A page has said hello and hears events. */
  #listening = false;
  /** What no page has been told of yet. */
  #untold: readonly Opened[] = [];
  readonly #runVideos = new Map<string, Token>();
  readonly link: EngineLink;

  private constructor(
    private readonly options: HostOptions,
    readonly vault: Vault,
  ) {
    const { dataFolder, startEngine } = options;
    const settings = { dataFolder, zooFolder: programFolders.zoo, fontsFolder: programFolders.fonts };
    this.#names.add(dataFolder);
    this.link = new EngineLink(startEngine, settings, this.emit, this.#names);
  }

  static async start(options: HostOptions): Promise<Host> {
    return new Host(options, await Vault.load(options.dataFolder));
  }

  private readonly emit: Emit = <Name extends EventName>(name: Name, payload: Events[Name]): void => {
    if (name === 'export') this.#exports.heard(payload as Events['export']);
    this.options.emit(name, payload);
  };

  /** Opens videos that came by another way than a page's request; the page hears of them once it listens. */
  async announce(paths: readonly string[]): Promise<void> {
    this.#untold = [...this.#untold, ...(await this.open(paths))];
    this.#tellOpened();
  }

  /** A new page is on its way: what is announced from now on waits for its hello. */
  expectPage(): void {
    this.#listening = false;
  }

  #tellOpened(): void {
    if (!this.#listening || this.#untold.length === 0) return;
    const videos = this.#untold;
    this.#untold = [];
    this.emit('opened', { videos });
  }

  /** Lets the user choose videos where the page did not ask for it (a menu). */
  async chooseVideos(): Promise<void> {
    await this.announce(await this.options.platform.chooseVideos());
  }

  /** Answers what a page asks; `name` and `args` may be anything. */
  request(name: unknown, args: unknown): Promise<unknown> {
    return this.#names.hiding(this.#answer(name, args));
  }

  async #answer(name: unknown, args: unknown): Promise<unknown> {
    const request = readRequest(name, args);
    if (isEngineRequest(request)) {
      if (request.name === 'video.thumbnail') await this.#introduce((request.args as RequestArgs<'video.thumbnail'>).video);
      const answer = await this.link.request(request.name, request.args);
      if (request.name === 'run.start') this.#runVideos.set((answer as Answers['run.start']).run, (request.args as RequestArgs<'run.start'>).video);
      return answer;
    }
    const handler = this.#handlers[request.name as keyof HostHandlers] as (args: unknown) => Promise<unknown>;
    const answer = await handler(request.args);
    // The answer goes first, what was opened in the meantime after it.
    if (request.name === 'hello') {
      setTimeout(() => {
        this.#listening = true;
        this.#tellOpened();
      }, 50);
    }
    return answer;
  }

  /** Opens files the user chose, each answered for itself. */
  open(paths: readonly string[], temporary = false): Promise<readonly Opened[]> {
    return Promise.all(paths.map((path) => this.#open(path, temporary)));
  }

  async #open(path: string, temporary: boolean): Promise<Opened> {
    try {
      const { token } = await this.vault.admit(path, temporary);
      return await this.#openToken(token);
    } catch (error) {
      return { kind: 'refused', name: basename(path), error: errorData(error) };
    }
  }

  async #openToken(token: Token): Promise<Opened> {
    const { path, name } = await this.vault.recheck(token);
    try {
      const video = { ...(await this.link.openVideo(token, path)), token, name };
      await this.vault.opened(token, video);
      return { kind: 'opened', video };
    } catch (error) {
      this.vault.dismiss(token);
      return { kind: 'refused', name, error: errorData(error) };
    }
  }

  /** Stills of recent videos are shown before they are opened again; the engine must have heard of them. */
  async #introduce(token: Token): Promise<void> {
    if (this.link.knows(token)) return;
    const { path } = await this.vault.recheck(token);
    await this.link.openVideo(token, path);
  }

  addModel(path: string): Promise<Answers['models.choose']> {
    return this.link.request('host.model', { path });
  }

  serve(request: PageRequest): Promise<PageAnswer | null> {
    return serveMedia({ vault: this.vault, proxies: this.#proxies, findExport: (job) => this.#exports.download(job) }, request);
  }

  close(): Promise<void> {
    this.#proxies.close();
    return this.link.close();
  }

  async #playback(video: Token, refused: boolean): Promise<Playback> {
    const { playable } = this.vault.info(video);
    if (playable && !refused) return { kind: 'direct', url: `/media/${video}` };
    return { kind: 'proxy', url: `/proxy/${video}`, mime: await this.#proxies.mime(this.vault.find(video).path) };
  }

  readonly #handlers: HostHandlers = {
    hello: async () => ({
      host: this.options.platform.kind,
      platform: process.platform,
      version: programVersion(),
      recents: await this.vault.recents(),
      settings: this.vault.settings,
      sample: existsSync(programFolders.sample),
    }),
    'videos.choose': async () => this.open(await this.options.platform.chooseVideos()),
    'videos.sample': () => this.#open(programFolders.sample, true),
    'videos.reopen': async ({ video }) => {
      const { name } = this.vault.find(video);
      return this.#openToken(video).catch((error: unknown) => ({ kind: 'refused', name, error: errorData(error) }));
    },
    'videos.forget': async ({ video }) => {
      await this.vault.forget(video);
      return null;
    },
    'video.playback': ({ video, refused }) => this.#playback(video, refused),
    'models.choose': async () => {
      const path = await this.options.platform.chooseModel();
      return path === null ? { kind: 'cancelled' } : this.addModel(path);
    },
    'export.start': async ({ run, options }) => {
      const video = this.#runVideos.get(run);
      if (video === undefined) throw new UserError('usage', 'There is nothing to export yet.', 'Open a video and let it be analysed first.');
      const { path: source, name } = this.vault.find(video);
      const path = await this.options.platform.chooseOutput({ name: exportName(name, options.codec), beside: source });
      if (path === null) return null;
      const real = await realpath(path).catch(() => join(dirname(path), basename(path)));
      if (real === source) throw new UserError('output', 'The clip would replace the video it is made from.', 'Choose another name or folder.');
      const job = await this.link.request('host.export', { run, options, path });
      this.#exports.started(job, path);
      return job;
    },
    'export.reveal': async ({ job }) => {
      await this.options.platform.reveal(this.#exports.finished(job));
      return null;
    },
    'settings.save': async ({ settings }) => {
      await this.vault.saveSettings(settings);
      return null;
    },
  };
}
