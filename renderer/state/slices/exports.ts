import type { ExportOptions, ExportProgress, JobId, Seconds } from '../../../electron/engine/contract/contract.js';
import { exportWords } from '../../words/export.js';
import type { Slice } from '../slice.js';

/** What of an export's options is the user's taste, kept from one export to the next. */
export type ExportLook = Pick<ExportOptions, 'codec' | 'labels' | 'scores'>;

export type ExportsSlice = {
  readonly exportLook: ExportLook;
  /** Newest last. */
  readonly exports: readonly ExportProgress[];
  readonly setExportLook: (look: Partial<ExportLook>) => void;
  /** The options for the filter and the marks as they are now; `whole` ignores the marks. */
  readonly exportOptions: (whole: boolean) => ExportOptions;
  /** Asks where to and begins; null if the user thought better of it or it could not begin. */
  readonly startExport: (options: ExportOptions) => Promise<JobId | null>;
  /** A still of the result as PNG; null without a run. Rejects with the reason if it cannot be made. */
  readonly previewExport: (options: ExportOptions, time: Seconds, width: number) => Promise<Uint8Array | null>;
  readonly cancelExport: (job: JobId) => Promise<void>;
  readonly revealExport: (job: JobId) => Promise<void>;
  readonly dismissExport: (job: JobId) => void;
  readonly exportProgressed: (progress: ExportProgress) => void;
};

export const exportsSlice: Slice<ExportsSlice> = (set, get, bridge) => {
  const ask = async (request: 'export.cancel' | 'export.reveal', job: JobId): Promise<void> => {
    try {
      await bridge.request(request, { job });
    } catch (error) {
      get().notifyError(error);
    }
  };
  const plain = (options: ExportOptions) => ({
    ...options,
    filter: { minScore: options.filter.minScore, hiddenClasses: [...options.filter.hiddenClasses] },
  });
  return {
    exportLook: { codec: 'h264', labels: true, scores: true },
    exports: [],
    setExportLook: (look) => set({ exportLook: { ...get().exportLook, ...look } }),
    exportOptions: (whole) => {
      const { filter, markIn, markOut, exportLook } = get();
      return { filter, start: whole ? null : markIn, end: whole ? null : markOut, ...exportLook };
    },
    startExport: async (options) => {
      const { run } = get();
      if (run === null) return null;
      try {
        return await bridge.request('export.start', { run: run.run, options: plain(options) });
      } catch (error) {
        get().notifyError(error);
        return null;
      }
    },
    previewExport: async (options, time, width) => {
      const { run } = get();
      if (run === null) return null;
      return bridge.request('export.preview', { run: run.run, time, options: plain(options), width });
    },
    cancelExport: (job) => ask('export.cancel', job),
    revealExport: (job) => ask('export.reveal', job),
    dismissExport: (job) => set({ exports: get().exports.filter((known) => known.job !== job) }),
    exportProgressed: (progress) => {
      const { exports } = get();
      const known = exports.some((other) => other.job === progress.job);
      // In the lab its card is out of sight.
      if (get().place === 'lab' && (progress.state === 'done' || progress.state === 'failed') && exports.find((other) => other.job === progress.job)?.state === 'running') {
        const { state, outputName, error } = progress;
        get().notify(state === 'done' ? 'success' : 'error', exportWords.cards[state](outputName), ...(error === null ? [] : [error.message]));
      }
      set({ exports: known ? exports.map((other) => (other.job === progress.job ? progress : other)) : [...exports, progress] });
    },
  };
};
