import type { FasterProgress } from '../../../electron/engine/contract/contract.js';
import { app, useApp } from '../../state/store.js';
import { Button, JobCard, JobDetail, JobFigures, ProgressBar, Spinner, ToneIcon } from '../../ui/ui.js';
import { words } from '../../words.js';
import { useTimeLeft } from './FasterRunning.js';
import styles from './Faster.module.css';

const say = words.faster;

const titleOf = ({ state, model, outcome }: FasterProgress): string => {
  if (state === 'running') return say.running(model.name);
  if (state === 'failed') return say.of(model.name, say.failed);
  if (state === 'cancelled' || outcome === null) return say.cancelled;
  return say.of(model.name, outcome.made === null ? say.stays : say.won(say.forms[outcome.winner]));
};

const Card = ({ progress }: { readonly progress: FasterProgress }) => {
  const { state, stage, fraction, error, outcome } = progress;
  const left = useTimeLeft(progress);
  const running = state === 'running';
  const { cancelFaster, dismissFaster, showFaster } = app.getState();
  return (
    <JobCard
      mark={running ? <Spinner /> : <ToneIcon tone={state === 'failed' ? 'error' : outcome?.made ? 'success' : 'info'} />}
      title={titleOf(progress)}
      closeLabel={running ? say.stop : say.dismiss}
      onClose={() => (running ? void cancelFaster() : dismissFaster())}
    >
      {running && (
        <>
          <ProgressBar label={titleOf(progress)} value={fraction} />
          <JobFigures><span className={styles.cardStep}>{say.stages[stage]}</span><span>{left}</span></JobFigures>
        </>
      )}
      {error !== null && <JobDetail>{error.message}</JobDetail>}
      {outcome !== null && <JobDetail>{outcome.verdict}</JobDetail>}
      {state !== 'cancelled' && <Button size="small" className={styles.cardAction} onClick={showFaster}>{say.show}</Button>}
    </JobCard>
  );
};

/** A model being made faster in the background, and what came of it, small and out of the way. */
export const FasterCard = () => {
  const progress = useApp((state) => state.faster);
  const shown = useApp((state) => state.dialog !== 'faster');
  if (progress === null || !shown) return null;
  return <section className={styles.card} aria-label={say.region} data-part="faster-card"><Card progress={progress} /></section>;
};
