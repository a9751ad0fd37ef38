import { useEffect, useRef } from 'react';
import { ImageOff } from 'lucide-react';
import type { ExportOptions, Seconds, Size } from '../../electron/engine/contract/contract.js';
import { Spinner } from '../ui/ui.js';
import { words } from '../words.js';
import { usePreview } from './usePreview.js';
import styles from './Preview.module.css';

/** Device pixels across; enough for the dialog on a dense screen. */
const width = 1280;

export type PreviewStillProps = { readonly options: ExportOptions; readonly time: Seconds; readonly display: Size };

/** One frame just as the clip will have it, drawn by the exporter itself. */
export const PreviewStill = ({ options, time, display }: PreviewStillProps) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { picture, busy, error } = usePreview(options, time, Math.min(width, Math.max(64, display.width)));
  useEffect(() => {
    const target = canvas.current;
    if (target === null || picture === null) return;
    target.width = picture.width;
    target.height = picture.height;
    target.getContext('2d')?.drawImage(picture, 0, 0);
  }, [picture]);
  return (
    <figure className={styles.preview} style={{ aspectRatio: `${display.width} / ${display.height}` }}>
      <canvas ref={canvas} className={styles.still} role="img" aria-label={words.export.preview} hidden={picture === null} />
      {error !== null && (
        <figcaption className={styles.error}>
          <ImageOff size={20} />
          <span>{words.export.previewFailed}</span>
          <span className={styles.reason}>{error.message}</span>
        </figcaption>
      )}
      {busy && (
        <span className={styles.busy}>
          <Spinner />
        </span>
      )}
    </figure>
  );
};
