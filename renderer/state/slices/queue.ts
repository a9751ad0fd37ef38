import type { ErrorData, Opened, Recent, RunId, Token, VideoInfo } from '../../../electron/engine/contract/contract.js';
import type { KeptQueue } from '../keepQueue.js';
import type { Slice } from '../slice.js';

export type QueueItem = {
  readonly video: VideoInfo;
  readonly state: 'waiting' | 'analysing' | 'done' | 'failed';
  /** Part that is analysed, 0..1; null where it is not known. */
  readonly progress: number | null;
  readonly error: ErrorData | null;
  readonly run: RunId | null;
};

/** A file that could not be opened, kept until the user dismisses it. */
export type Refused = { readonly id: number; readonly name: string; readonly error: ErrorData };
export type Upload = { readonly name: string; readonly received: number; readonly total: number };

export type QueueSlice = {
  readonly queue: readonly QueueItem[];
  /** The video on screen. */
  readonly current: Token | null;
  readonly recents: readonly Recent[];
  readonly refused: readonly Refused[];
  readonly uploads: readonly Upload[];
  /** True while files are being opened. */
  readonly opening: boolean;
  readonly openFiles: (files: readonly File[]) => Promise<void>;
  readonly chooseVideos: () => Promise<void>;
  readonly openSample: () => Promise<void>;
  readonly reopen: (video: Token) => Promise<void>;
  /** Opens what an earlier page had open, and shows what it showed; what is not to be had any more is said. */
  readonly restore: (kept: KeptQueue) => Promise<void>;
  readonly forget: (video: Token) => Promise<void>;
  /** Puts what was opened into the queue; what could not be opened is kept with its reason. */
  readonly enqueue: (videos: readonly Opened[]) => readonly VideoInfo[];
  /** The same, and shows the first of it. */
  readonly opened: (videos: readonly Opened[]) => void;
  readonly show: (video: Token) => void;
  readonly removeFromQueue: (video: Token) => void;
  readonly updateItem: (video: Token, change: Partial<Omit<QueueItem, 'video'>>) => void;
  readonly dismissRefused: (ids: readonly number[]) => void;
  readonly uploaded: (upload: Upload) => void;
};

let nextRefused = 1;

/** Whether both say the same of what lies at one place. */
const sameFile = (one: VideoInfo, other: VideoInfo): boolean => JSON.stringify(one) === JSON.stringify(other);

export const queueSlice: Slice<QueueSlice> = (set, get, bridge) => {
  const opening = async (open: () => Promise<readonly Opened[]>): Promise<void> => {
    set({ opening: true });
    try {
      get().opened(await open());
    } catch (error) {
      get().notifyError(error);
    } finally {
      set({ opening: false, uploads: [] });
    }
  };
  return {
    queue: [],
    current: null,
    recents: [],
    refused: [],
    uploads: [],
    opening: false,
    // One after the other, so that the first can be watched while the rest arrives.
    openFiles: async (files) => {
      let shown = false;
      const before = get().queue.length;
      for (const file of files) {
        await opening(async () => {
          const videos: Opened[] = [];
          for (const dropped of await bridge.drop([file])) {
            if (dropped.kind === 'opened' || dropped.kind === 'refused') videos.push(dropped);
            else get().modelAdded(dropped);
          }
          if (!shown) return videos;
          get().enqueue(videos);
          return [];
        });
        shown ||= get().queue.length > before;
      }
    },
    chooseVideos: () => opening(() => bridge.request('videos.choose', {})),
    openSample: () => opening(async () => [await bridge.request('videos.sample', {})]),
    reopen: (video) => opening(async () => [await bridge.request('videos.reopen', { video })]),
    restore: async ({ videos, shown }) => {
      set({ opening: true });
      // A token that the host does not know any more, since it was started anew, says nothing to the user.
      const again = await Promise.all(videos.map((video) => bridge.request('videos.reopen', { video }).catch(() => null)));
      const found = get().enqueue(again.filter((opened) => opened !== null));
      set({ opening: false });
      const first = found.find(({ token }) => token === shown) ?? found[0];
      // What came by another way in the meantime is on screen already.
      if (first !== undefined && get().current === null) get().show(first.token);
    },
    forget: async (video) => {
      set({ recents: get().recents.filter((recent) => recent.video !== video) });
      await bridge.request('videos.forget', { video }).catch(get().notifyError);
    },
    enqueue: (videos) => {
      const { queue, refused } = get();
      const found = videos.flatMap((opened) => (opened.kind === 'opened' ? [opened.video] : []));
      const added = found.filter((video) => !queue.some((item) => item.video.token === video.token));
      const turnedAway = videos.flatMap((opened) =>
        opened.kind === 'refused' ? [{ id: nextRefused++, name: opened.name, error: opened.error }] : [],
      );
      // A file that was replaced since is another video under the same token.
      const replaced = new Map(found.map((video) => [video.token, video]));
      const kept = queue.map((item): QueueItem => {
        const now = replaced.get(item.video.token);
        return now === undefined || sameFile(now, item.video) ? item : { video: now, state: 'waiting', progress: null, error: null, run: null };
      });
      const shown = get().current;
      const changed = kept.some((item, n) => item !== queue[n] && item.video.token === shown);
      set({
        queue: [
          ...kept,
          ...added.map((video): QueueItem => ({ video, state: 'waiting', progress: null, error: null, run: null })),
        ],
        refused: [...refused, ...turnedAway],
      });
      if (changed) void get().beginVideo();
      // Once whoever asked has put on screen what is to come first.
      else queueMicrotask(() => void get().continueQueue());
      return found;
    },
    opened: (videos) => {
      const first = get().enqueue(videos)[0];
      if (first === undefined) return;
      get().show(first.token);
      get().goTo('video');
    },
    show: (video) => {
      if (get().current === video) return;
      set({ current: video });
      void get().beginVideo();
    },
    removeFromQueue: (video) => {
      const { queue, current } = get();
      const at = queue.findIndex((item) => item.video.token === video);
      const item = queue[at];
      if (item === undefined) return;
      const rest = queue.filter((other) => other !== item);
      set({ queue: rest });
      if (item.state !== 'done') void get().leaveRun(item.run);
      if (current === video) {
        set({ current: (rest[at] ?? rest[at - 1])?.video.token ?? null });
        void get().beginVideo();
      } else {
        void get().continueQueue();
      }
    },
    updateItem: (video, change) => {
      set({ queue: get().queue.map((item) => (item.video.token === video ? { ...item, ...change } : item)) });
    },
    dismissRefused: (ids) => set({ refused: get().refused.filter(({ id }) => !ids.includes(id)) }),
    uploaded: (upload) => {
      set({ uploads: [...get().uploads.filter((other) => other.name !== upload.name), upload] });
    },
  };
};
