import { useLayoutEffect, useRef, useState } from 'react';
import type { Spot } from './scene.js';
import styles from './Chart.module.css';

/** What a spot tells, beside it and inside the chart. */
export const Tip = ({ spot, width, height }: { readonly spot: Spot; readonly width: number; readonly height: number }) => {
  const tip = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ left: 0, top: 0 });
  useLayoutEffect(() => {
    if (tip.current === null) return;
    const { offsetWidth, offsetHeight } = tip.current;
    // Rows are as wide as the chart: there the tip stands at their right end.
    const wide = spot.width > width / 2;
    const beside = wide ? width - offsetWidth - 8 : spot.x + spot.width + 8;
    const left = !wide && beside + offsetWidth > width ? spot.x - offsetWidth - 8 : beside;
    const below = spot.y + spot.height + 4;
    const top = wide
      ? (below + offsetHeight > height && spot.y - offsetHeight - 4 >= 0 ? spot.y - offsetHeight - 4 : below)
      : Math.min(Math.max(0, spot.y + spot.height / 2 - offsetHeight / 2), Math.max(0, height - offsetHeight));
    setAt({ left: Math.max(0, left), top });
  }, [spot, width, height]);
  return (
    <div ref={tip} className={styles.tip} style={{ left: at.left, top: at.top }} data-part="tip">
      <p className={styles.tipTitle}>{spot.title}</p>
      <dl className={styles.tipValues}>
        {spot.values.map(([name, value], n) => (
          <div key={n}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
};
