import { useEffect, useState } from 'react';
import { errorData, isAbort, type ErrorData, type ExportOptions, type Seconds } from '../../electron/engine/contract/contract.js';
import { app } from '../state/store.js';

export type Preview = {
  /** The last still that came; stays until the next one is there. */
  readonly picture: ImageBitmap | null;
  readonly busy: boolean;
  readonly error: ErrorData | null;
};

/** Rest before a still is asked for, ms: a slider on its way asks once. */
const rest = 180;

/** A still of the export at `time` that follows the options. `width` in device pixels. */
export const usePreview = (options: ExportOptions, time: Seconds, width: number): Preview => {
  const [preview, setPreview] = useState<Preview>({ picture: null, busy: true, error: null });
  const key = JSON.stringify([options, time, width]);
  const [wanted, setWanted] = useState({ key, options, time, width });
  if (wanted.key !== key) setWanted({ key, options, time, width });

  useEffect(() => {
    let live = true;
    const ask = async (): Promise<void> => {
      setPreview((before) => ({ ...before, busy: true }));
      try {
        const still = await app.getState().previewExport(wanted.options, wanted.time, wanted.width);
        const picture = still === null ? null : await createImageBitmap(new Blob([new Uint8Array(still)], { type: 'image/png' }));
        if (live) setPreview({ picture, busy: false, error: null });
      } catch (error) {
        if (live) setPreview((before) => ({ ...before, busy: false, error: isAbort(error) ? null : errorData(error) }));
      }
    };
    const timer = setTimeout(() => void ask(), rest);
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [wanted]);
  return preview;
};
