import { X } from 'lucide-react';
import type { FasterProgress } from '../../../electron/engine/contract/contract.js';
import { app, useApp } from '../../state/store.js';
import { Button, IconButton, ProgressBar, Spinner, ToneIcon } from '../../ui/ui.js';
import { words } from '../../words.js';
import { useRemaining } from './FasterRunning.js';
import cards from '../../export/ExportCards.module.css';
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
  const left = useRemaining(progress);
  const running = state === 'running';
  const { cancelFaster, dismissFaster, showFaster } = app.getState();
  return (
    <div className={cards.card}>
      <span className={cards.mark}>{running ? <Spinner /> : <ToneIcon tone={state === 'failed' ? 'error' : outcome?.made ? 'success' : 'info'} />}</span>
      <div className={cards.text}>
        <p className={cards.title}>{titleOf(progress)}</p>
        {running && (
          <>
            <ProgressBar label={titleOf(progress)} value={fraction} />
            <p className={cards.figures}><span className={styles.cardStep}>{say.stages[stage]}</span><span>{left}</span></p>
          </>
        )}
        {error !== null && <p className={cards.detail} data-selectable>{error.message}</p>}
        {outcome !== null && <p className={cards.detail} data-selectable>{outcome.verdict}</p>}
        {state !== 'cancelled' && <Button size="small" className={styles.cardAction} onClick={showFaster}>{say.show}</Button>}
      </div>
      <IconButton label={running ? say.stop : say.dismiss} size="small" side="left" onClick={() => (running ? void cancelFaster() : dismissFaster())}>
        <X size={14} />
      </IconButton>
    </div>
  );
};

/** A model being made faster in the background, and what came of it, small and out of the way. */
export const FasterCard = () => {
  const progress = useApp((state) => state.faster);
  const shown = useApp((state) => state.dialog !== 'faster');
  if (progress === null || !shown) return null;
  return <section className={styles.card} aria-label={say.region} data-part="faster-card"><Card progress={progress} /></section>;
};
