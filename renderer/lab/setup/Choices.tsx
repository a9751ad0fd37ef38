import type { ReactNode } from 'react';
import type { LabOverview } from '../../../electron/engine/contract/contract.js';
import { labProvider } from '../../state/slices/lab.js';
import { app, useApp } from '../../state/store.js';
import { Select, Tooltip } from '../../ui/ui.js';
import { words } from '../../words.js';
import { batches, roundChoices, sides, turns } from './setup.js';
import styles from './SetupPanel.module.css';

const say = words.lab;

const Choice = ({ label, hint, half = false, children }: { readonly label: string; readonly hint?: string; readonly half?: boolean; readonly children: ReactNode }) => (
  <div className={styles.choice} data-width={half ? 'half' : undefined}>
    {hint === undefined ? <span className={styles.label}>{label}</span> : <Tooltip content={hint} side="top"><span className={styles.label} data-hint>{label}</span></Tooltip>}
    {children}
  </div>
);

type NumberChoiceProps = {
  readonly label: string; readonly hint?: string; readonly half?: boolean; readonly value: number; readonly values: readonly number[];
  readonly text: (value: number) => string; readonly onChange: (value: number) => void; readonly side?: 'top' | 'bottom';
};

const NumberChoice = ({ label, hint, half, value, values, text, onChange, side = 'top' }: NumberChoiceProps) => {
  const all = values.includes(value) ? values : [...values, value].sort((a, b) => a - b);
  return (
    <Choice label={label} {...(hint !== undefined && { hint })} {...(half !== undefined && { half })}>
      <Select size="small" side={side} label={label} value={String(value)} onChange={(next) => onChange(Number(next))} options={all.map((each) => ({ value: String(each), label: text(each) }))} />
    </Choice>
  );
};

export const ProviderChoice = ({ overview, side = 'top' }: { readonly overview: LabOverview; readonly side?: 'top' | 'bottom' }) => {
  const provider = useApp((now) => labProvider(now.labSetup, overview));
  if (provider === null) return null;
  return (
    <Choice label={say.provider} half>
      <Select
        size="small" side={side} label={say.provider} value={provider} onChange={(next) => app.getState().setLabSetup({ provider: next })}
        options={overview.providers.map((id) => ({ value: id, label: words.models.providers[id] }))}
      />
    </Choice>
  );
};

export const SizeChoice = ({ overview }: { readonly overview: LabOverview }) => {
  const side = useApp((now) => now.labSetup.side) ?? overview.defaultSize.width;
  return <NumberChoice half label={say.size} hint={say.sizeHint} value={side} values={sides} text={say.sizeOf} onChange={(next) => app.getState().setLabSetup({ side: next })} />;
};

export const BatchChoice = () => {
  const batch = useApp((now) => now.labSetup.batch);
  return <NumberChoice label={say.batch} value={batch} values={batches} text={say.batchOf} onChange={(next) => app.getState().setLabSetup({ batch: next })} />;
};

export const RoundsChoice = ({ side = 'top' }: { readonly side?: 'top' | 'bottom' }) => {
  const rounds = useApp((now) => now.labSetup.rounds);
  return <NumberChoice label={say.rounds} hint={say.roundsHint} value={rounds} values={roundChoices} text={String} side={side} onChange={(next) => app.getState().setLabSetup({ rounds: next })} />;
};

export const TurnChoice = () => {
  const turn = useApp((now) => now.labSetup.turn);
  return <NumberChoice label={say.turn} hint={say.turnHint} value={turn} values={turns} text={say.turnOf} onChange={(next) => app.getState().setLabSetup({ turn: next })} />;
};
