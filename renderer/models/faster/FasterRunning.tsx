import { Check, Circle } from 'lucide-react';
import { fasterStages, type FasterProgress } from '../../../electron/engine/contract/contract.js';
import { useApp } from '../../state/store.js';
import { remaining } from '../../ui/format.js';
import { ProgressBar, Spinner, Unseen } from '../../ui/ui.js';
import { useRemaining } from '../../ui/useRemaining.js';
import { words } from '../../words.js';
import styles from './Faster.module.css';

const say = words.faster;

/** What is left, in words; empty while that cannot be told. */
export const useTimeLeft = ({ state, fraction }: FasterProgress): string => {
  const seen = useApp((app) => app.fasterSeen);
  const left = useRemaining(seen, state === 'running' ? fraction : null);
  return left === null ? '' : say.remaining(remaining(left));
};

/** The stages, which of them is under way, and how far the whole is. */
export const FasterRunning = ({ progress }: { readonly progress: FasterProgress }) => {
  const at = fasterStages.indexOf(progress.stage);
  // Only what is really being analysed can rest.
  const rests = useApp((state) => state.run !== null && state.queue.some((item) => item.state === 'analysing'));
  const left = useTimeLeft(progress);
  return (
    <div className={styles.parts} data-part="faster-progress">
      <ol className={styles.stages} aria-label={say.stagesLabel}>
        {fasterStages.map((stage, n) => (
          <li key={stage} className={styles.stage} data-state={n < at ? 'done' : n === at ? 'now' : 'later'} {...(n === at && { 'aria-current': 'step' })}>
            <span className={styles.stageMark}>
              {n < at ? <Check size={14} /> : n === at ? <Spinner size={14} /> : <Circle size={8} />}
            </span>
            <span>{say.stages[stage]}</span>
            {n === at && <span className={styles.step}>{progress.step}</span>}
          </li>
        ))}
      </ol>
      <div>
        <ProgressBar label={say.running(progress.model.name)} value={progress.fraction} />
        <p className={styles.below}><span>{rests ? say.rests : ''}</span><span>{left}</span></p>
      </div>
      <Unseen live="status">{say.stages[progress.stage]}</Unseen>
    </div>
  );
};
