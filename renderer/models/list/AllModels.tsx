import { useState } from 'react';
import { Check, Info, Plus, Trash2, Zap } from 'lucide-react';
import type { ModelInfo } from '../../../electron/engine/contract/contract.js';
import { app, useApp } from '../../state/store.js';
import { bytes } from '../../ui/format.js';
import { Button, Dialog, IconButton } from '../../ui/ui.js';
import { words } from '../../words.js';
import { ModelCard } from '../ModelCard.js';
import { originOf, sizeFacts } from '../facts.js';
import styles from './AllModels.module.css';

const say = words.models.list;

const factsOf = (model: ModelInfo): string => [
  ...sizeFacts(model),
  bytes(model.fileSize),
  model.shipped ? say.shipped : originOf(model),
  ...(model.made === null ? [] : [say.ratio(words.faster.times(model.made.ratio.toFixed(2)))]),
].join(' · ');

const Question = ({ model, onAnswered }: { readonly model: ModelInfo; readonly onAnswered: () => void }) => {
  const question = model.kept ? say.reallyForget : say.reallyTakeOff;
  return (
    <span className={styles.asking} role="group" aria-label={question}>
      {question}
      <Button size="small" variant="danger" autoFocus onClick={() => void app.getState().forgetModel(model.id)}>{model.kept ? say.yesForget : say.yesTakeOff}</Button>
      <Button size="small" onClick={onAnswered}>{say.no}</Button>
    </span>
  );
};

const Row = ({ model, used, onAbout }: { readonly model: ModelInfo; readonly used: boolean; readonly onAbout: () => void }) => {
  const [asking, setAsking] = useState(false);
  const { chooseModel, openFaster } = app.getState();
  return (
    <li className={styles.row} data-id={model.id}>
      <span className={styles.mark}>{used && <Check size={14} />}</span>
      <button type="button" className={styles.choose} aria-pressed={used} title={say.use(model.name)} onClick={() => chooseModel(model.id)}>
        <span className={styles.name}>{model.name}{used && <span className={styles.used}>{say.inUse}</span>}</span>
        <span className={styles.facts}>{factsOf(model)}</span>
      </button>
      {asking ? <Question model={model} onAnswered={() => setAsking(false)} /> : (
        <span className={styles.actions}>
          <IconButton label={words.faster.actionFor(model.name)} size="small" side="left" onClick={() => openFaster(model.id)}><Zap size={14} /></IconButton>
          <IconButton label={say.about(model.name)} size="small" side="left" onClick={onAbout}><Info size={14} /></IconButton>
          {!model.shipped && (
            <IconButton label={model.kept ? say.forget(model.name) : say.takeOff(model.name)} size="small" side="left" onClick={() => setAsking(true)}><Trash2 size={14} /></IconButton>
          )}
        </span>
      )}
    </li>
  );
};

/** Every model there is: which one is used, what each is, and what can be done with it. */
export const AllModels = () => {
  const open = useApp((state) => state.dialog === 'allModels');
  const models = useApp((state) => state.models);
  const modelId = useApp((state) => state.modelId);
  const [about, setAbout] = useState<string | null>(null);
  const described = models.find(({ id }) => id === about) ?? null;
  const { closeDialog, addModel } = app.getState();
  return (
    <>
      <Dialog
        open={open}
        title={say.title}
        onOpenChange={(next) => {
          if (!next) closeDialog();
        }}
        footer={
          <>
            <Button icon={<Plus size={14} />} className={styles.add} onClick={() => void addModel()}>{words.models.add}</Button>
            <Button onClick={closeDialog}>{say.done}</Button>
          </>
        }
      >
        <ul className={styles.list} aria-label={say.title}>
          {models.map((model) => <Row key={model.id} model={model} used={model.id === modelId} onAbout={() => setAbout(model.id)} />)}
        </ul>
      </Dialog>
      {described !== null && <ModelCard model={described} open={open} onOpenChange={(next) => { if (!next) setAbout(null); }} />}
    </>
  );
};
