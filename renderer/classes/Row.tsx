import { classColour } from '../../electron/engine/contract/contract.js';
import { app } from '../state/store.js';
import { Checkbox, Tooltip } from '../ui/ui.js';
import { count, dash, score } from '../ui/format.js';
import { words } from '../words.js';
import type { ClassRow } from './rows.js';
import styles from './Classes.module.css';

export type RowProps = {
  readonly row: ClassRow;
  /** Seen at lower scores only: tells how high they come, for there is nothing to count. */
  readonly below: boolean;
};

/** One class: whether it is shown, how many of it there are. */
export const Row = ({ row, below }: RowProps) => {
  const { toggleClass, soloClass } = app.getState();
  return (
    <li
      className={styles.row} data-class={row.id} data-below={below || undefined} data-hidden={!row.shown || undefined}
      data-absent={row.onFrame === 0 || undefined}
    >
      <Tooltip content={words.classes.show(row.name)} side="left" {...(row.digit !== null && { keys: String(row.digit) })}>
        <label className={styles.name}>
          <Checkbox checked={row.shown} onChange={() => toggleClass(row.id)} label={words.classes.show(row.name)} />
          <span className={styles.dot} style={{ background: classColour(row.name) }} />
          <span className={styles.text}>{row.name}</span>
        </label>
      </Tooltip>
      <button type="button" className={styles.only} aria-label={words.classes.onlyThis(row.name)} onClick={() => soloClass(row.id)}>
        {words.classes.only}
      </button>
      {below && row.inVideo === 0 && row.highest !== null ? (
        <span className={styles.highest}>{words.classes.upTo(score(row.highest))}</span>
      ) : (
        <>
          <span className={styles.now}>{row.onFrame === null ? dash : count(row.onFrame)}</span>
          <span className={styles.total}>{count(row.inVideo)}</span>
        </>
      )}
    </li>
  );
};
