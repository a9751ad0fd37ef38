import { classColour } from '../../electron/engine/contract/contract.js';
import { className, classNames } from '../state/selectors.js';
import { useApp } from '../state/store.js';
import { score } from '../ui/format.js';
import { words } from '../words.js';
import type { Hover } from './overlay.js';
import styles from './HoverCard.module.css';

/** What the hovered box is. */
export const HoverCard = ({ hover: { detection, box } }: { readonly hover: Hover }) => {
  const name = className(useApp(classNames), detection.classId);
  const below = box.y < 72;
  const place = below ? { top: Math.max(8, box.y + box.height + 8) } : { bottom: `calc(100% - ${box.y - 8}px)` };
  return (
    <div className={styles.card} style={{ left: `clamp(8px, ${box.x}px, calc(100% - 168px))`, ...place }}>
      <span className={styles.swatch} style={{ background: classColour(name) }} />
      <span className={styles.name}>{name}</span>
      <span className={styles.score}>{score(detection.score)}</span>
      <span className={styles.size}>
        {words.player.size(Math.round(detection.x2 - detection.x1), Math.round(detection.y2 - detection.y1))}
      </span>
    </div>
  );
};
