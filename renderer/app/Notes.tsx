import type { ErrorData } from '../../electron/engine/contract/contract.js';
import { currentItem } from '../state/selectors.js';
import { app, useApp } from '../state/store.js';
import { bytes } from '../ui/format.js';
import { Banner, Button, ProgressBar } from '../ui/ui.js';
import { words } from '../words.js';
import styles from './Notes.module.css';

const say = words.app;

/** The engine that was lost and is being started again. */
const EngineNote = () => {
  const { state, reason } = useApp((now) => now.engine);
  if (state === 'ready') return null;
  const gone = state === 'gone';
  return (
    <Banner tone={gone ? 'error' : 'warning'} title={gone ? say.engineGone : say.engineRestarting}>
      {reason !== null && <p>{reason}</p>}
      <p>{gone ? say.engineGoneDetail : say.engineRestartingDetail}</p>
    </Banner>
  );
};

const Reason = ({ error }: { readonly error: ErrorData }) => (
  <>
    <p>{error.message}</p>
    {error.hint !== undefined && <p>{error.hint}</p>}
  </>
);

const RunNote = () => {
  const error = useApp((now) => now.runError);
  const shown = useApp((now) => currentItem(now) !== null);
  if (error === null || !shown) return null;
  return (
    <Banner
      tone="error" title={say.notAnalysed}
      action={<Button size="small" onClick={() => void app.getState().restartRun()}>{say.tryAgain}</Button>}
    >
      <Reason error={error} />
    </Banner>
  );
};

const RefusedNotes = () => {
  const refused = useApp((now) => now.refused);
  const [only] = refused;
  if (only === undefined) return null;
  const dismiss = (): void => app.getState().dismissRefused(refused.map(({ id }) => id));
  if (refused.length === 1) {
    return <Banner tone="error" title={say.refused(only.name)} onDismiss={dismiss}><Reason error={only.error} /></Banner>;
  }
  // One banner for all: a stack of them would hide the picture.
  return (
    <Banner tone="error" title={say.refusedMany(refused.length)} onDismiss={dismiss}>
      <ul className={styles.refused} tabIndex={0} aria-label={say.refusedMany(refused.length)}>
        {refused.map(({ id, name, error }) => <li key={id}><p className={styles.refusedName}>{name}</p><Reason error={error} /></li>)}
      </ul>
    </Banner>
  );
};

const Uploads = () => {
  const uploads = useApp((now) => now.uploads);
  return uploads.filter(({ received, total }) => received < total).map(({ name, received, total }) => (
    <div key={name} className={styles.upload}>
      <p className={styles.line}>
        <span className={styles.name} role="status">{say.receiving(name)}</span>
        <span className={styles.amount}>{say.received(bytes(received), bytes(total))}</span>
      </p>
      <ProgressBar label={say.receiving(name)} value={total > 0 ? received / total : null} />
    </div>
  ));
};

/** What is said in either place: the engine's state, what could not be opened, and what is on its way. */
export const PlaceNotes = () => (
  <>
    <EngineNote />
    <RefusedNotes />
    <Uploads />
  </>
);

/** Over the picture: what went wrong and stays so until it is dealt with, and what is on its way. */
export const Notes = () => (
  <div className={styles.notes} data-part="notes">
    <EngineNote />
    <RunNote />
    <RefusedNotes />
    <Uploads />
  </div>
);
