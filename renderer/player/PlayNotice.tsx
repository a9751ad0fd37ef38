import { useApp } from '../state/store.js';
import { Spinner, ToneIcon } from '../ui/ui.js';
import { words } from '../words.js';
import styles from './PlayNotice.module.css';

/** In the middle of the picture while there is none: why, or that it is being prepared. */
export const PlayNotice = ({ waiting }: { readonly waiting: boolean }) => {
  const error = useApp((now) => now.playError);
  if (error !== null) {
    return (
      <div className={styles.notice} role="alert">
        <ToneIcon tone="error" size={20} />
        <p className={styles.message}>{error.message === '' ? words.player.cannotPlay : error.message}</p>
        <p className={styles.hint}>{error.hint ?? words.player.cannotPlayHint}</p>
      </div>
    );
  }
  if (!waiting) return null;
  return (
    <div className={`${styles.notice ?? ''} ${styles.late ?? ''}`} role="status">
      <Spinner size={20} />
      <p className={styles.hint}>{words.player.preparing}</p>
    </div>
  );
};
