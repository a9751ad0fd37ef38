import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { classColour, seconds, type Seconds } from '../../electron/engine/contract/contract.js';
import { pixelRatio } from '../app/pixelRatio.js';
import { frameStartingBefore } from '../state/frameTimes.js';
import { className, classNames } from '../state/selectors.js';
import { app, useApp } from '../state/store.js';
import { count, dash, score } from '../ui/format.js';
import { words } from '../words.js';
import { rows } from './drawTimeline.js';
import { Marks } from './Marks.js';
import { TimelinePainter, type Legend } from './painter.js';
import { Playhead } from './Playhead.js';
import { Preview } from './Preview.js';
import { pannedSpan, xToTime, zoomedSpan } from './scale.js';
import { useSpan } from './useSpan.js';
import styles from './Timeline.module.css';

/** The beginning of the frame that is on show at a time. */
const snapped = (time: number): Seconds => {
  const times = app.getState().frames?.times;
  const frame = times === undefined ? -1 : frameStartingBefore(times, time);
  return seconds(frame < 0 ? Math.max(0, time) : (times?.[frame] ?? time));
};

const page = 10;

const keyed = (event: KeyboardEvent): void => {
  const { player, stepSeconds, end } = app.getState();
  const actions: Readonly<Record<string, (() => void) | undefined>> = {
    ArrowLeft: () => (event.shiftKey ? stepSeconds(-1) : player?.stepFrames(-1)),
    ArrowRight: () => (event.shiftKey ? stepSeconds(1) : player?.stepFrames(1)),
    PageUp: () => stepSeconds(page),
    PageDown: () => stepSeconds(-page),
    Home: () => player?.seekFrame(0),
    End: () => player?.seek(end),
  };
  const action = actions[event.key];
  if (action === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  action();
};

const LegendRow = ({ row, names }: { readonly row: Legend[number]; readonly names: readonly string[] }) => {
  const minScore = useApp((now) => now.filter.minScore);
  const name = row.classId === null ? words.timeline.others(row.classes) : className(names, row.classId);
  const title = row.below
    ? words.timeline.below(name, score(minScore))
    : row.most > 0 ? words.timeline.atOnce(name, row.most) : undefined;
  return (
    <li className={styles.legendRow} style={{ height: rows.strip, marginBottom: rows.gap }} data-none={row.most === 0 || row.below} data-below={row.below || undefined} title={title}>
      <span className={styles.dot} style={row.classId === null ? undefined : { background: classColour(name) }} />
      <span className={styles.name}>{name}</span>
      <span className={styles.most}>{row.most > 0 && !row.below ? row.most : ''}</span>
    </li>
  );
};

/** Where in the video what is: analysed frames, how many of each class, marks; seeks. */
export const Timeline = () => {
  const track = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<TimelinePainter | null>(null);
  const scrubbing = useRef(false);
  const [width, setWidth] = useState(0);
  const [hover, setHover] = useState<number | null>(null);
  const [legend, setLegend] = useState<Legend>([]);
  const [span, zoomed, changeSpan] = useSpan();
  const names = useApp(classNames);
  const hasVideo = useApp((now) => now.current !== null);

  useEffect(() => {
    if (canvas.current === null || track.current === null) return;
    const made = new TimelinePainter(canvas.current, app, setLegend);
    painter.current = made;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      const css = entry.contentBoxSize[0]?.inlineSize ?? 0;
      setWidth(css);
      made.resize(css, pixelRatio(entry));
    });
    observer.observe(track.current, { box: 'device-pixel-content-box' });
    return () => {
      observer.disconnect();
      made.close();
      // A drag that this ends tells nobody.
      app.getState().holdClasses('timeline', 'free');
      painter.current = null;
    };
  }, []);
  useEffect(() => painter.current?.show(span), [span]);

  // React listens to wheel events passively, which cannot keep the page from zooming on a pinch.
  const wheel = useRef<(event: WheelEvent) => void>(() => undefined);
  useEffect(() => {
    wheel.current = (event) => {
      event.preventDefault();
      const x = event.clientX - (track.current?.getBoundingClientRect().left ?? 0);
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.shiftKey ? event.deltaY : null;
      changeSpan((now, end) =>
        sideways !== null
          ? pannedSpan(now, end, (sideways / Math.max(1, width)) * (now.to - now.from))
          : zoomedSpan(now, end, Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), xToTime(now, width, x)));
    };
  });
  useEffect(() => {
    const element = track.current;
    const listener = (event: WheelEvent): void => wheel.current(event);
    element?.addEventListener('wheel', listener, { passive: false });
    return () => element?.removeEventListener('wheel', listener);
  }, []);

  const timeAt = (event: PointerEvent): number => {
    const left = track.current?.getBoundingClientRect().left ?? 0;
    return Math.min(span.to, Math.max(span.from, xToTime(span, width, event.clientX - left)));
  };
  const x = hover === null ? 0 : ((hover - span.from) / (span.to - span.from)) * width;
  return (
    <section className={styles.timeline} aria-label={words.timeline.label}>
      <div className={styles.legend}>
        <div style={{ height: rows.ruler }}>
          {zoomed && <button type="button" className={styles.whole} onClick={() => changeSpan(() => null)}>{words.timeline.whole}</button>}
        </div>
        <ul>{legend.map((row) => <LegendRow key={row.classId ?? (row.below ? 'below' : 'others')} row={row} names={names} />)}</ul>
        <Analysed />
      </div>
      <div className={styles.column}>
        <div
          ref={track} className={styles.track} data-part="timeline" role="slider" tabIndex={hasVideo ? 0 : -1}
          aria-label={words.timeline.label} aria-orientation="horizontal"
          onKeyDown={keyed}
          // Keys work without the focus; a click shall not leave a ring.
          onMouseDown={(event) => event.preventDefault()}
          onPointerDown={(event) => {
            if (event.button !== 0 || !hasVideo) return;
            scrubbing.current = true;
            app.getState().holdClasses('timeline', 'frozen');
            event.currentTarget.setPointerCapture(event.pointerId);
            app.getState().seek(snapped(timeAt(event)));
          }}
          onPointerMove={(event) => {
            setHover(hasVideo ? timeAt(event) : null);
            if (scrubbing.current) app.getState().seek(snapped(timeAt(event)));
          }}
          onLostPointerCapture={() => {
            scrubbing.current = false;
            app.getState().holdClasses('timeline', 'free');
          }}
          onPointerLeave={() => setHover(null)}
        >
          <canvas ref={canvas} className={styles.canvas} />
          <Marks span={span} width={width} snap={snapped} />
          {hover !== null && <div className={styles.pointer} style={{ transform: `translateX(${x}px)` }} />}
          <Playhead span={span} width={width} track={track} />
        </div>
        {hover !== null && <Preview time={hover} length={span.to - span.from} x={x} />}
      </div>
    </section>
  );
};

const Analysed = () => {
  const done = useApp((now) => (now.detectionsVersion >= 0 ? now.detections.frameCount : 0));
  const total = useApp((now) => (now.frames?.complete === true ? now.frames.times.length : null));
  const share = total === null || total === 0 ? dash : `${Math.floor((Math.min(done, total) / total) * 100)} %`;
  return (
    <p className={styles.analysed} style={{ height: rows.analysed }} title={words.timeline.analysedMeaning(share)} data-part="analysed" data-frames={count(done)}>
      <span>{words.timeline.analysed}</span>
      <span>{share}</span>
    </p>
  );
};
