import { Banner, Button, ProgressBar } from '../ui/ui.js';
import { words } from '../words.js';
import { percent } from './plan.js';
import styles from './Export.module.css';

export type UnfinishedProps = { readonly part: number; readonly waiting: boolean; readonly onStop: () => void };

/** Tells that not all of the part is analysed yet, and how far the waiting is. */
export const Unfinished = ({ part, waiting, onStop }: UnfinishedProps) =>
  waiting ? (
    <Banner silent tone="info" title={words.export.waiting} action={<Button size="small" onClick={onStop}>{words.export.stopWaiting}</Button>}>
      <div className={styles.waiting}>
        <ProgressBar label={words.export.waiting} value={part} />
        <span className={styles.percent}>{percent(part)}</span>
      </div>
    </Banner>
  ) : (
    <Banner silent tone="warning">{words.export.notAnalysed(percent(part))}</Banner>
  );
