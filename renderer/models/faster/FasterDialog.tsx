import { useEffect, useState } from 'react';
import type { FasterProgress, ModelInfo } from '../../../electron/engine/contract/contract.js';
import { app, useApp } from '../../state/store.js';
import { Banner, Button, Dialog } from '../../ui/ui.js';
import { words } from '../../words.js';
import { FasterRunning } from './FasterRunning.js';
import { FasterSetup } from './FasterSetup.js';
import { FasterTable } from './FasterTable.js';
import styles from './Faster.module.css';

const say = words.faster;

const close = (): void => {
  app.getState().closeDialog();
  app.getState().dismissFaster();
};
const onOpenChange = (open: boolean): void => {
  if (!open) close();
};

const Running = ({ progress }: { readonly progress: FasterProgress }) => {
  const [stopping, setStopping] = useState(false);
  const stop = (): void => {
    setStopping(true);
    void app.getState().cancelFaster();
  };
  return (
    <Dialog
      open
      title={say.running(progress.model.name)}
      onOpenChange={onOpenChange}
      footer={
        <>
          <Button busy={stopping} onClick={stop}>{stopping ? say.stopping : say.stop}</Button>
          <Button variant="primary" onClick={close}>{say.hide}</Button>
        </>
      }
    >
      <FasterRunning progress={progress} />
    </Dialog>
  );
};

const Done = ({ progress }: { readonly progress: FasterProgress }) => {
  const { outcome } = progress;
  if (outcome === null) return null;
  const { made, winner, verdict } = outcome;
  const use = (): void => {
    if (made !== null) app.getState().chooseModel(made.id);
    close();
  };
  return (
    <Dialog
      open
      title={say.title(progress.model.name)}
      onOpenChange={onOpenChange}
      footer={
        <>
          <Button {...(made === null && { variant: 'primary' })} onClick={close}>{say.close}</Button>
          {made !== null && <Button variant="primary" autoFocus onClick={use}>{say.use}</Button>}
        </>
      }
    >
      <div className={styles.parts}>
        <Banner tone={made === null ? 'info' : 'success'} title={made === null ? say.stays : say.won(say.forms[winner])}>
          <p data-selectable>{verdict}</p>
          {made !== null && <p>{say.keptAs(made.name)}</p>}
        </Banner>
        <FasterTable progress={progress} outcome={outcome} />
      </div>
    </Dialog>
  );
};

const Failed = ({ progress }: { readonly progress: FasterProgress }) => {
  const { error, model } = progress;
  return (
    <Dialog
      open
      width="small"
      title={say.title(model.name)}
      onOpenChange={onOpenChange}
      footer={
        <>
          <Button onClick={close}>{say.close}</Button>
          <Button variant="primary" onClick={() => app.getState().openFaster(model.id)}>{say.again}</Button>
        </>
      }
    >
      {error === null
        ? <Banner tone="info">{say.cancelled}</Banner>
        : <Banner tone="error" title={say.failed}><p data-selectable>{error.message}</p>{error.hint !== undefined && <p>{error.hint}</p>}</Banner>}
    </Dialog>
  );
};

const Ask = ({ model }: { readonly model: ModelInfo }) => <FasterSetup key={model.id} model={model} onOpenChange={onOpenChange} />;

/** Makes a model faster on this machine: what to learn from, how far it is, what came of it. */
export const FasterDialog = () => {
  const open = useApp((state) => state.dialog === 'faster');
  const progress = useApp((state) => state.faster);
  const model = useApp((state) => state.models.find(({ id }) => id === state.fasterModel) ?? null);
  useEffect(() => {
    // Playing would disturb what is measured.
    if (open) app.getState().player?.pause();
  }, [open]);
  if (!open) return null;
  if (progress === null) return model === null ? null : <Ask model={model} />;
  switch (progress.state) {
    case 'running': return <Running key={progress.job} progress={progress} />;
    case 'done': return <Done progress={progress} />;
    case 'cancelled':
    case 'failed': return <Failed progress={progress} />;
  }
};
