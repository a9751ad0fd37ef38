import { X } from 'lucide-react';
import { viewOf } from '../state/slices/lab.js';
import { app, useApp } from '../state/store.js';
import { Banner, Button, ProgressBar, Spinner } from '../ui/ui.js';
import { remaining } from '../ui/format.js';
import { useRemaining } from '../ui/useRemaining.js';
import { words } from '../words.js';
import styles from './RunBar.module.css';

const say = words.lab;

/** What is being measured, how far it is, and how it ended where it did not end well. */
export const RunBar = () => {
  const progress = useApp((state) => state.labProgress);
  const starting = useApp((state) => state.labStarting);
  const seen = useApp((state) => state.labSeen);
  const view = useApp((state) => state.labView);
  // Only what is really being analysed can rest.
  const rests = useApp((state) => state.run !== null && state.queue.some((item) => item.state === 'analysing'));
  const running = progress?.state === 'running';
  const left = useRemaining(seen, running ? progress.fraction : null);
  const { cancelLab, dismissLabProgress } = app.getState();
  if (progress === null) {
    return starting ? <div className={styles.bar} role="status"><Spinner size={14} /> <span>{say.starting}</span></div> : null;
  }
  if (progress.state === 'failed' || progress.state === 'cancelled') {
    // How it ended matters where it was asked for; that it runs, everywhere.
    if (viewOf[progress.plan.kind] !== view) return null;
    const failed = progress.state === 'failed';
    return (
      <div className={styles.note}>
        <Banner tone={failed ? 'error' : 'info'} title={failed ? say.stopped : say.cancelled} onDismiss={dismissLabProgress}>
          {progress.error !== null && <p>{say.failedRow(progress.error)}</p>}
        </Banner>
      </div>
    );
  }
  if (!running) return null;
  return (
    <section className={styles.bar} aria-label={say.running} data-part="lab-progress">
      <div className={styles.words}>
        <p className={styles.step}>{progress.step}</p>
        {rests && <p className={styles.rests}>{say.rests}</p>}
      </div>
      <div className={styles.progress}><ProgressBar label={say.running} value={progress.fraction} /></div>
      <span className={styles.left}>{left === null ? '' : say.remaining(remaining(left))}</span>
      <Button size="small" icon={<X size={13} />} onClick={() => void cancelLab()}>{say.cancel}</Button>
    </section>
  );
};
