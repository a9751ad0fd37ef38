import { beforeEach, expect, it } from 'vitest';
import type { StoreApi } from 'zustand';
import type { Opened, PageBridge, Token, VideoInfo } from '../../../electron/engine/contract/contract.js';
import { createApp } from '../../../renderer/state/create.js';
import { keepQueue, takeKeptQueue } from '../../../renderer/state/keepQueue.js';
import type { App } from '../../../renderer/state/slice.js';

/** A tab's storage; `full` takes nothing, as where the browser is told to keep nothing. */
class TabStorage implements Storage {
  readonly #values = new Map<string, string>();
  full = false;
  get length(): number { return this.#values.size; }
  clear(): void { this.#values.clear(); }
  getItem(key: string): string | null { return this.#values.get(key) ?? null; }
  key(n: number): string | null { return [...this.#values.keys()][n] ?? null; }
  removeItem(key: string): void { this.#values.delete(key); }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.#values.set(key, value);
  }
}

const info = (token: Token): VideoInfo => ({ token, name: `${token}.mp4`, duration: 1 }) as unknown as VideoInfo;
const opened = (token: Token): Opened => ({ kind: 'opened', video: info(token) });

let storage: TabStorage;
/** What the host answers where a video is to be opened again. */
let host: Map<Token, Opened>;

const newPage = (): StoreApi<App> => {
  const bridge: PageBridge = {
    request: ((name: string, args: { video: Token }) => {
      if (name !== 'videos.reopen') return new Promise(() => undefined);
      const answer = host.get(args.video);
      return answer === undefined ? Promise.reject(new Error('not known')) : Promise.resolve(answer);
    }) as PageBridge['request'],
    on: () => () => undefined,
    drop: () => Promise.resolve([]),
  };
  return createApp(bridge);
};
const tokens = (app: StoreApi<App>): readonly Token[] => app.getState().queue.map(({ video }) => video.token);

beforeEach(() => {
  storage = new TabStorage();
  host = new Map(['a', 'b', 'c'].map((token) => [token, opened(token)]));
});

it('gives the next page what this one had open, in order, and what it showed', async () => {
  const app = newPage();
  const goodbye = keepQueue(app, storage);
  expect(takeKeptQueue(storage)).toBeNull();
  app.getState().opened(['a', 'b', 'c'].map(opened));
  app.getState().show('b');
  app.getState().removeFromQueue('a');
  goodbye();

  const next = newPage();
  keepQueue(next, storage);
  const kept = takeKeptQueue(storage);
  expect(kept).toMatchObject({ videos: ['b', 'c'], shown: 'b' });
  await next.getState().restore(kept!);
  expect([tokens(next), next.getState().current]).toEqual([['b', 'c'], 'b']);
});

it('leaves out what the host does not know, says what is gone, and shows the first where the shown one is', async () => {
  host.delete('a');
  host.set('b', { kind: 'refused', name: 'b.mp4', error: { kind: 'bad-input', message: 'b.mp4 is not there any more.' } });
  const app = newPage();
  await app.getState().restore({ videos: ['a', 'b', 'c'], shown: 'a' });
  const { refused, current, opening } = app.getState();
  expect([tokens(app), refused.map(({ name }) => name), current, opening]).toEqual([['c'], ['b.mp4'], 'c', false]);
});

it('does not take the screen from what was opened meanwhile', async () => {
  const app = newPage();
  const restoring = app.getState().restore({ videos: ['a'], shown: 'a' });
  app.getState().opened([opened('c')]);
  await restoring;
  expect([tokens(app), app.getState().current]).toEqual([['c', 'a'], 'c']);
});

it('is tried once where the page dies of it, but as often as the user loads the page anew', () => {
  const goodbye = keepQueue(newPage(), storage);
  const app = newPage();
  keepQueue(app, storage);
  app.getState().opened([opened('a')]);
  // Loaded anew five times in a second: each page says goodbye.
  for (let time = 0; time < 1000; time += 200) {
    expect(takeKeptQueue(storage, time)).toMatchObject({ videos: ['a'] });
    goodbye();
  }
  // Its process dies: once it is opened again, but not when it dies right after.
  expect(takeKeptQueue(storage, 100_000)).not.toBeNull();
  app.getState().enqueue([opened('b')]);
  expect(takeKeptQueue(storage, 119_999)).toBeNull();
  expect(takeKeptQueue(storage, 120_000)).toBeNull();
  // It lived for a while: what killed it is something else.
  app.getState().enqueue([opened('c')]);
  expect(takeKeptQueue(storage, 200_000)).not.toBeNull();
  expect(takeKeptQueue(storage, 220_000)).not.toBeNull();
});

it.each(['', '{', '[]', '7', 'null', '{"videos":"a"}', '{"videos":[1]}', '{"videos":[]}', '{"shown":"a"}'])('begins empty with %j in its place', (text) => {
  storage.setItem('vovision.queue', text);
  expect(takeKeptQueue(storage)).toBeNull();
});

it('begins empty where nothing can be kept, and says nothing of it', () => {
  storage.full = true;
  const app = newPage();
  const goodbye = keepQueue(app, storage);
  app.getState().opened([opened('a')]);
  goodbye();
  expect(takeKeptQueue(storage)).toBeNull();
});
