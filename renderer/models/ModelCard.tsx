import { useState } from 'react';
import { Check, Copy } from 'lucide-react';
import type { MadeModel, ModelInfo } from '../../electron/engine/contract/contract.js';
import { Dialog, IconButton } from '../ui/ui.js';
import { bytes, count } from '../ui/format.js';
import { words } from '../words.js';
import { ModelFigures } from './ModelFigures.js';
import styles from './ModelCard.module.css';

const { card } = words.models;
const { card: madeWords } = words.faster;

const CopyButton = ({ text }: { readonly text: string }) => {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false));
  };
  return (
    <IconButton label={copied ? card.copied : card.copy} size="small" onClick={copy} onPointerLeave={() => setCopied(false)}>
      {copied ? <Check size={14} /> : <Copy size={14} />}
    </IconButton>
  );
};

const Made = ({ made }: { readonly made: MadeModel }) => (
  <>
    <dt>{madeWords.from}</dt>
    <dd data-selectable>{made.from}</dd>
    <dt>{madeWords.learnt}</dt>
    <dd data-selectable>{made.calibratedOn}</dd>
    <dt>{madeWords.agreement}</dt>
    <dd>{madeWords.agreementOf(words.faster.percent((100 * made.agreement).toFixed(1)), count(made.boxes))}</dd>
    <dt>{madeWords.speed}</dt>
    <dd>{madeWords.speedOf(made.ratio.toFixed(2))}</dd>
  </>
);

export type ModelCardProps = { readonly model: ModelInfo; readonly open: boolean; readonly onOpenChange: (open: boolean) => void };

/** Where a model comes from, what it wants and what it knows. */
export const ModelCard = ({ model, open, onOpenChange }: ModelCardProps) => (
  <Dialog open={open} onOpenChange={onOpenChange} title={model.name}>
    <dl className={styles.facts}>
      <dt>{card.input}</dt>
      <dd>{words.models.size(model.input.width, model.input.height)}</dd>
      <dt>{card.output}</dt>
      <dd>{words.models.heads[model.head]}</dd>
      <dt>{card.file}</dt>
      <dd>{bytes(model.fileSize)}</dd>
      {model.made !== null && <Made made={model.made} />}
      <ModelFigures figures={model.figures} classes={model.classes} />
      <dt>{card.licence}</dt>
      <dd data-selectable>{model.licence ?? card.unknown}</dd>
      <dt>{card.source}</dt>
      <dd data-selectable>{model.source ?? card.unknown}</dd>
      <dt>{card.hash}</dt>
      <dd className={styles.hash}>
        <code data-selectable>{model.hash}</code>
        <CopyButton text={model.hash} />
      </dd>
      {model.figures.accuracy.length === 0 && (
        <>
          <dt>{words.models.classes(model.classes.length)}</dt>
          <dd>
            <ul className={styles.classes}>
              {model.classes.map((name, id) => (
                <li key={id}>{name}</li>
              ))}
            </ul>
          </dd>
        </>
      )}
    </dl>
  </Dialog>
);
