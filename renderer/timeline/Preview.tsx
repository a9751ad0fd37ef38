import { useEffect, useRef, useState } from 'react';
import { classColour, type FrameIndex } from '../../electron/engine/contract/contract.js';
import { bridge } from '../bridge.js';
import { timecode } from '../player/timecode.js';
import { frameStartingBefore } from '../state/frameTimes.js';
import { className, classNames, currentVideo } from '../state/selectors.js';
import { useApp } from '../state/store.js';
import { count, dash } from '../ui/format.js';
import { words } from '../words.js';
import { Thumbnails } from './thumbnails.js';
import styles from './Preview.module.css';

const width = 176;
/** Thumbnails are asked for on a grid this fine, in shares of the span, so that near places share one. */
const grid = 200;
const rest = 60;

/** Over the timeline: what is under the pointer. `x` is the pointer's place in the timeline, CSS pixels. */
export const Preview = ({ time, length, x }: { readonly time: number; readonly length: number; readonly x: number }) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [thumbnails, setThumbnails] = useState<Thumbnails | null>(null);
  const [came, setCame] = useState(0);
  const video = useApp(currentVideo);
  const times = useApp((now) => now.frames?.times ?? null);
  const names = useApp(classNames);
  const filter = useApp((now) => now.filter);
  const detections = useApp((now) => now.detections);
  const frame = times === null ? -1 : frameStartingBefore(times, time);
  const shown = frame < 0 ? time : (times?.[frame] ?? time);
  const aspect = video === null ? 16 / 9 : video.display.width / video.display.height;
  const height = Math.round(Math.min(width / aspect, 140));

  useEffect(() => {
    const fetched = new Thumbnails(bridge, () => setCame((n) => n + 1));
    setThumbnails(fetched);
    return () => fetched.close();
  }, []);

  useEffect(() => {
    if (video === null || thumbnails === null) return;
    const step = length / grid;
    const place = Math.max(0, Math.floor(shown / step) * step);
    const ratio = Math.min(2, Math.ceil(devicePixelRatio));
    const draw = (): void => {
      const picture = thumbnails.get(video.token, place, width * ratio);
      const context = canvas.current?.getContext('2d');
      if (picture === null || context === null || context === undefined) return;
      context.canvas.width = picture.width;
      context.canvas.height = picture.height;
      context.drawImage(picture, 0, 0);
      context.canvas.dataset['shown'] = 'true';
    };
    const timer = setTimeout(draw, came > 0 ? 0 : rest);
    return () => clearTimeout(timer);
  }, [video, thumbnails, shown, length, came]);

  const counts = new Map<number, number>();
  for (const { classId } of detections.at(frame as FrameIndex, filter) ?? []) counts.set(classId, (counts.get(classId) ?? 0) + 1);
  return (
    <div className={styles.preview} style={{ left: `clamp(${width / 2}px, ${x}px, calc(100% - ${width / 2}px))`, width }}>
      <canvas ref={canvas} className={styles.picture} style={{ height }} />
      <p className={styles.time}>
        {timecode(shown)}
        <span className={styles.frame}>{words.player.frame(frame < 0 ? dash : count(frame))}</span>
      </p>
      {counts.size > 0 && (
        <ul className={styles.counts}>
          {[...counts].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([classId, seen]) => (
            <li key={classId}>
              <span className={styles.swatch} style={{ background: classColour(className(names, classId)) }} />
              {className(names, classId)} <span className={styles.number}>{seen}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};
