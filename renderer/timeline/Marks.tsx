import { useRef, type PointerEvent } from 'react';
import { seconds, type Seconds } from '../../electron/engine/contract/contract.js';
import { app, useApp } from '../state/store.js';
import { timecode } from '../player/timecode.js';
import { words } from '../words.js';
import { timeToX, xToTime, type Span } from './scale.js';
import styles from './Marks.module.css';

type MarkProps = {
  readonly side: 'in' | 'out';
  readonly time: Seconds;
  readonly span: Span;
  readonly width: number;
  readonly snap: (time: number) => Seconds;
};

const step = 0.1;

const Mark = ({ side, time, span, width, snap }: MarkProps) => {
  const dragging = useRef(false);
  const set = (to: number): void => {
    const { setMarkIn, setMarkOut, markIn, markOut, end } = app.getState();
    const snapped = snap(Math.min(end, Math.max(0, to)));
    // A mark stops at the other one; pushing it past would remove that.
    if (side === 'in' && (markOut === null || snapped < markOut)) setMarkIn(snapped);
    if (side === 'out' && (markIn === null || snapped > markIn)) setMarkOut(snapped);
  };
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const track = event.currentTarget.parentElement?.getBoundingClientRect();
    if (dragging.current && track !== undefined) set(xToTime(span, width, event.clientX - track.left));
  };
  return (
    <div
      className={styles.mark} data-side={side} data-part={`mark-${side}`} role="slider" tabIndex={0}
      aria-label={side === 'in' ? words.timeline.markIn : words.timeline.markOut}
      aria-valuemin={0} aria-valuemax={app.getState().end} aria-valuenow={time} aria-valuetext={timecode(time)}
      style={{ transform: `translateX(${timeToX(span, width, time)}px)` }}
      onPointerDown={(event) => {
        event.stopPropagation();
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={move}
      onPointerUp={() => { dragging.current = false; }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') set(time - step);
        else if (event.key === 'ArrowRight') set(time + step);
        else if (event.key === 'Delete' || event.key === 'Backspace') app.getState()[side === 'in' ? 'setMarkIn' : 'setMarkOut'](null);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
};

/** The in and out marks; what lies outside them is dimmed. */
export const Marks = ({ span, width, snap }: Pick<MarkProps, 'span' | 'width' | 'snap'>) => {
  const markIn = useApp((now) => now.markIn);
  const markOut = useApp((now) => now.markOut);
  if (markIn === null && markOut === null) return null;
  const left = Math.min(width, Math.max(0, timeToX(span, width, markIn ?? span.from)));
  const right = Math.min(width, Math.max(0, timeToX(span, width, markOut ?? span.to)));
  return (
    <>
      <div className={styles.outside} style={{ left: 0, width: left }} />
      <div className={styles.outside} style={{ left: right, width: Math.max(0, width - right) }} />
      {markIn !== null && markIn >= span.from && markIn <= span.to && <Mark side="in" time={seconds(markIn)} span={span} width={width} snap={snap} />}
      {markOut !== null && markOut >= span.from && markOut <= span.to && <Mark side="out" time={seconds(markOut)} span={span} width={width} snap={snap} />}
    </>
  );
};
