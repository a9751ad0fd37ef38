import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { ImageDown } from 'lucide-react';
import { app } from '../../state/store.js';
import { IconButton, Unseen } from '../../ui/ui.js';
import { words } from '../../words.js';
import { saveFile } from '../export/save.js';
import { Marks } from './Marks.js';
import { coloursOf, forgetMeasures, measureText, paintPicture } from './paint.js';
import type { Place, Scene } from './scene.js';
import { spotAt, stepSpot } from './spots.js';
import { Tip } from './Tip.js';
import styles from './Chart.module.css';

export type ChartProps = {
  readonly title: string;
  /** What the marks mean, in a line below the title. */
  readonly caption?: string;
  /** Where it was measured, for the picture. */
  readonly machine: string;
  /** Name of the picture's file, without extension. */
  readonly file: string;
  /** Made anew when it changes: keep it the same for the same data. */
  readonly build: (place: Place) => Scene;
  readonly controls?: ReactNode;
  readonly className?: string | undefined;
};

/** Width that an element has, and the size of small text in it. */
const usePlace = (box: React.RefObject<HTMLDivElement | null>): Place | null => {
  const [place, setPlace] = useState<Place | null>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const take = (): void => {
      const text = Number.parseFloat(getComputedStyle(element).fontSize);
      setPlace({ width: Math.floor(element.clientWidth), text: Number.isFinite(text) ? text : 12, measure: measureText });
    };
    const observer = new ResizeObserver(take);
    observer.observe(element);
    void document.fonts.ready.then(() => {
      forgetMeasures();
      take();
    });
    return () => observer.disconnect();
  }, [box]);
  return place;
};

/** One chart: drawn, read out on hover and by arrow keys, and saved as a picture. */
export const Chart = ({ title, caption = '', machine, file, build, controls, className }: ChartProps) => {
  const box = useRef<HTMLDivElement>(null);
  const place = usePlace(box);
  const [active, setActive] = useState(-1);
  const [byKeys, setByKeys] = useState(false);
  const scene = useMemo(() => (place === null || place.width < 40 ? null : build(place)), [place, build]);
  const spots = scene?.spots ?? [];
  const spot = spots[active];

  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    setByKeys(false);
    setActive(spotAt(spots, event.clientX - left, event.clientY - top));
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setActive(-1);
    const next = stepSpot(event.key, active, spots.length);
    if (next === null) return;
    event.preventDefault();
    setByKeys(true);
    setActive(next);
  };
  const save = async (): Promise<void> => {
    if (scene === null || place === null || box.current === null) return;
    try {
      saveFile(`${file}.png`, await paintPicture({ scene, title, caption, machine, colours: coloursOf(box.current), text: place.text }));
    } catch (error) {
      app.getState().notifyError(error);
    }
  };
  return (
    <figure className={`${styles.chart ?? ''} ${className ?? ''}`} data-part="chart" data-file={file}>
      <figcaption className={styles.head}>
        <h3 className={styles.title}>{title}</h3>
        {controls}
        <IconButton className={styles.save} label={words.lab.savePicture} size="small" side="left" onClick={() => void save()}><ImageDown size={14} /></IconButton>
        {caption !== '' && <p className={styles.caption}>{caption}</p>}
      </figcaption>
      <div
        ref={box} className={styles.box} role="group" aria-roledescription={words.lab.chart} aria-label={title} tabIndex={0}
        onPointerMove={move} onPointerLeave={() => setActive(-1)} onKeyDown={press} onBlur={() => setActive(-1)}
        onFocus={(event) => { if (event.currentTarget.matches(':focus-visible')) { setByKeys(true); setActive(0); } }}
      >
        {scene !== null && (
          <svg className={styles.svg} width={scene.width} height={scene.height} viewBox={`0 0 ${scene.width} ${scene.height}`} aria-hidden>
            {spot !== undefined && <rect className={styles.here} x={spot.x} y={spot.y} width={spot.width} height={spot.height} rx={4} />}
            <Marks scene={scene} />
          </svg>
        )}
        {spot !== undefined && scene !== null && <Tip spot={spot} width={scene.width} height={scene.height} />}
        <Unseen live="polite">
          {byKeys && spot !== undefined && `${spot.title}: ${spot.values.map(([name, value]) => (name === '' ? value : `${name} ${value}`)).join(', ')}`}
        </Unseen>
      </div>
    </figure>
  );
};
