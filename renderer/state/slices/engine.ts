import type { Events, Hello } from '../../../electron/engine/contract/contract.js';
import type { KeptQueue } from '../keepQueue.js';
import type { Slice } from '../slice.js';

export type EngineSlice = {
  /** What the host said of itself; null until it answered. */
  readonly hello: Hello | null;
  readonly engine: Events['engine'];
  /** Asks the host for everything the page needs to show itself first; `kept` is what an earlier page had open. */
  readonly greet: (kept?: KeptQueue | null) => Promise<void>;
};

export const engineSlice: Slice<EngineSlice> = (set, get, bridge) => ({
  hello: null,
  engine: { state: 'ready', reason: null },
  greet: async (kept = null) => {
    try {
      const hello = await bridge.request('hello', {});
      set({ hello, recents: hello.recents });
      get().applySettings(hello.settings);
    } catch (error) {
      get().notifyError(error);
    }
    await Promise.all([get().loadModels(), get().loadFaster(), kept !== null && get().restore(kept)]);
  },
});
