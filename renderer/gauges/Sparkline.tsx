import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { figure } from '../ui/format.js';
import { words } from '../words.js';
import { scaleFor, stretchesOf, type History, type Reading } from './history.js';
import styles from './Sparkline.module.css';

/** Silence after which the line is broken, ms. */
const gap = 2000;

type Drawing = { readonly canvas: HTMLCanvasElement; readonly history: History; readonly now: number };

const draw = ({ canvas, history, now }: Drawing): void => {
  const context = canvas.getContext('2d');
  const { clientWidth: width, clientHeight: height } = canvas;
  if (context === null || width === 0) return;
  const ratio = window.devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const { readings } = history;
  const top = scaleFor(Math.max(0, ...readings.map(({ value }) => value ?? 0)) * 1.1);
  const x = (at: number): number => width - ((now - at) / history.span) * width;
  const y = (value: number): number => height - 1.5 - (value / top) * (height - 3);

  context.fillStyle = style.getPropertyValue('--line');
  context.fillRect(0, height - 1, width, 1);
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  context.strokeStyle = style.getPropertyValue('--accent');
  context.fillStyle = style.getPropertyValue('--accent-soft');
  for (const stretch of stretchesOf(readings, gap)) {
    const first = stretch[0];
    const last = stretch[stretch.length - 1];
    if (first === undefined || last === undefined) continue;
    context.beginPath();
    for (const { at, value } of stretch) context.lineTo(x(at), y(value));
    context.stroke();
    context.lineTo(x(last.at), height - 1);
    context.lineTo(x(first.at), height - 1);
    context.fill();
  }
};

const nearest = (readings: readonly Reading[], at: number): Reading | null => {
  let best: Reading | null = null;
  for (const reading of readings) {
    if (reading.value !== null && (best === null || Math.abs(reading.at - at) < Math.abs(best.at - at))) best = reading;
  }
  return best !== null && Math.abs(best.at - at) <= gap ? best : null;
};

export type SparklineProps = {
  readonly history: History;
  /** Time of the right edge, on the history's clock; a new value draws anew. */
  readonly now: number;
};

/** A minute of one figure. Pointing at it tells the value there. */
export const Sparkline = ({ history, now }: SparklineProps) => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pointer, setPointer] = useState<number | null>(null);
  const [, redraw] = useState(0);

  useEffect(() => {
    if (canvas.current !== null) draw({ canvas: canvas.current, history, now });
  });
  useEffect(() => {
    const again = (): void => redraw((n) => n + 1);
    const size = new ResizeObserver(again);
    const theme = new MutationObserver(again);
    if (canvas.current !== null) size.observe(canvas.current);
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      size.disconnect();
      theme.disconnect();
    };
  }, []);

  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setPointer((event.clientX - box.left) / box.width);
  };
  const reading = pointer === null ? null : nearest(history.readings, now - (1 - pointer) * history.span);
  return (
    <div className={styles.spark} onPointerMove={move} onPointerLeave={() => setPointer(null)}>
      <canvas ref={canvas} className={styles.canvas} role="img" aria-label={words.gauges.history} />
      {reading !== null && (
        <>
          <span className={styles.cursor} style={{ left: `${100 - ((now - reading.at) / history.span) * 100}%` }} />
          <span className={styles.tip}>{words.gauges.historyAt(figure(reading.value), (now - reading.at) / 1000)}</span>
        </>
      )}
    </div>
  );
};
