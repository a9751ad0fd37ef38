import { useEffect, useRef, type RefObject } from 'react';
import { timecode } from '../player/timecode.js';
import { app } from '../state/store.js';
import { count, dash } from '../ui/format.js';
import { words } from '../words.js';
import { timeToX, type Span } from './scale.js';
import styles from './Playhead.module.css';

/** Seconds of playing between two announcements of the place; a seek is announced at once. */
const announceEvery = 1;

type PlayheadProps = { readonly span: Span; readonly width: number; readonly track: RefObject<HTMLElement | null> };

/** Where playback is. Moved without React: it moves with every frame. */
export const Playhead = ({ span, width, track }: PlayheadProps) => {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let announced = -Infinity;
    const move = (): void => {
      const { time, end, frame, playing, current } = app.getState();
      if (line.current !== null) {
        const x = Math.round(timeToX(span, width, time) * devicePixelRatio) / devicePixelRatio;
        line.current.style.transform = `translateX(${x}px)`;
        line.current.hidden = current === null || time < span.from || time > span.to;
      }
      if (playing && Math.abs(time - announced) < announceEvery) return;
      announced = time;
      track.current?.setAttribute('aria-valuemin', '0');
      track.current?.setAttribute('aria-valuemax', String(end));
      track.current?.setAttribute('aria-valuenow', String(time));
      track.current?.setAttribute('aria-valuetext', words.timeline.place(timecode(time), frame === null ? dash : count(frame)));
    };
    move();
    return app.subscribe((now, before) => {
      if (now.time !== before.time || now.end !== before.end || now.current !== before.current || now.playing !== before.playing) move();
    });
  }, [span, width, track]);
  return <div ref={line} className={styles.playhead} />;
};
