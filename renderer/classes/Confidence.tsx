import { useEffect } from 'react';
import { app, useApp } from '../state/store.js';
import { Kbd, Slider, Tooltip } from '../ui/ui.js';
import { score } from '../ui/format.js';
import { words } from '../words.js';
import { ConfidenceReset } from './ConfidenceReset.js';
import styles from './Classes.module.css';

const hold = (held: boolean): void => app.getState().holdClasses('slider', held ? 'no-removal' : 'free');

/** The least score that counts. A view over what is stored: it moves without a second inference. */
export const Confidence = () => {
  const minScore = useApp((state) => state.filter.minScore);
  useEffect(() => () => hold(false), []);
  return (
    <div className={styles.confidence} data-key-target="confidence">
      <Tooltip content={words.classes.confidenceMeaning} side="left">
        <div className={styles.line}>
          <span className={styles.title}>{words.classes.confidence}</span>
          <span className={styles.hint}>
            <Kbd keys="C" />
          </span>
          <ConfidenceReset />
          <span className={styles.score}>{score(minScore)}</span>
        </div>
      </Tooltip>
      <Slider
        label={words.classes.confidence}
        value={minScore}
        valueText={words.classes.confidenceValue(score(minScore))}
        onHold={hold}
        onChange={(next) => app.getState().setMinScore(next)}
      />
    </div>
  );
};
