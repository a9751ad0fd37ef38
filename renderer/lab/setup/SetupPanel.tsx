import type { ReactNode } from 'react';
import { Play } from 'lucide-react';
import type { LabOverview } from '../../../electron/engine/contract/contract.js';
import { labProvider } from '../../state/slices/lab.js';
import { app, useApp } from '../../state/store.js';
import { Button, Select, Switch, Tooltip } from '../../ui/ui.js';
import { remaining } from '../../ui/format.js';
import { words } from '../../words.js';
import { comparePlan, layersPlan } from './plans.js';
import { batches, leastTime, roundChoices, sides, turns } from './setup.js';
import { SubjectTable } from './SubjectTable.js';
import styles from './SetupPanel.module.css';

const say = words.lab;

const Choice = ({ label, hint, children }: { readonly label: string; readonly hint?: string; readonly children: ReactNode }) => (
  <div className={styles.choice}>
    {hint === undefined ? <span className={styles.label}>{label}</span> : <Tooltip content={hint} side="top"><span className={styles.label} data-hint>{label}</span></Tooltip>}
    {children}
  </div>
);

const numbers = (values: readonly number[], label: (value: number) => string) => values.map((value) => ({ value: String(value), label: label(value) }));
const withValue = (values: readonly number[], value: number): readonly number[] => (values.includes(value) ? values : [...values, value].sort((a, b) => a - b));

/** Switched off, with the reason, where nothing measures power. */
const Energy = ({ overview }: { readonly overview: LabOverview }) => {
  const energy = useApp((now) => now.labSetup.energy);
  const { meter } = overview;
  return (
    <div className={styles.energy}>
      <label htmlFor="lab-energy">
        <span>{say.energy}</span>
        <span className={styles.note}>{meter.kind === 'none' ? meter.reason : say.energyOf(meter.covers)}</span>
      </label>
      <Switch id="lab-energy" checked={meter.kind === 'meter' && energy} disabled={meter.kind === 'none'} onChange={(on) => app.getState().setLabSetup({ energy: on })} />
    </div>
  );
};

/** What is measured next, and how. */
export const SetupPanel = ({ overview }: { readonly overview: LabOverview }) => {
  const setup = useApp((now) => now.labSetup);
  const view = useApp((now) => now.labView);
  const busy = useApp((now) => now.labStarting || now.labProgress?.state === 'running');
  const anything = useApp((now) => now.labShown['compare'] !== undefined || now.labProgress !== null);
  const { setLabSetup, startLab } = app.getState();
  const provider = labProvider(setup, overview);
  const side = setup.side ?? overview.defaultSize.width;
  const chosen = setup.chosen ?? [];
  const plan = view === 'layers' ? layersPlan(setup, overview) : comparePlan(setup, overview, chosen);
  const lasts = plan === null || view === 'layers' ? null : leastTime(plan);
  const size = (value: number): string => say.sizeOf(value);
  return (
    <>
      {view !== 'paper' && (
        <SubjectTable
          subjects={overview.subjects} mode={view === 'layers' ? 'one' : 'many'} disabled={busy}
          chosen={view === 'layers' ? (setup.layersOf === null ? [] : [setup.layersOf]) : chosen}
          onChoose={(ids) => setLabSetup(view === 'layers' ? { layersOf: ids[0] ?? null } : { chosen: ids })}
        />
      )}
      <section className={styles.settings} data-alone={view === 'paper' || undefined} aria-label={say.settings}>
        <div className={styles.choices}>
          {provider !== null && (
            <Choice label={say.provider}>
              <Select
                size="small" label={say.provider} value={provider} onChange={(next) => setLabSetup({ provider: next })} side={view === 'paper' ? 'bottom' : 'top'}
                options={overview.providers.map((id) => ({ value: id, label: words.models.providers[id] }))}
              />
            </Choice>
          )}
          {view !== 'paper' && (
            <>
              <Choice label={say.size} hint={say.sizeHint}>
                <Select size="small" side="top" label={say.size} value={String(side)} onChange={(next) => setLabSetup({ side: Number(next) })} options={numbers(withValue(sides, side), size)} />
              </Choice>
              <Choice label={say.batch}>
                <Select size="small" side="top" label={say.batch} value={String(setup.batch)} onChange={(next) => setLabSetup({ batch: Number(next) })} options={numbers(batches, say.batchOf)} />
              </Choice>
            </>
          )}
          {view !== 'layers' && (
            <Choice label={say.rounds} hint={say.roundsHint}>
              <Select size="small" side={view === 'paper' ? 'bottom' : 'top'} label={say.rounds} value={String(setup.rounds)} onChange={(next) => setLabSetup({ rounds: Number(next) })} options={numbers(roundChoices, String)} />
            </Choice>
          )}
          {view === 'compare' && (
            <Choice label={say.turn} hint={say.turnHint}>
              <Select size="small" side="top" label={say.turn} value={String(setup.turn)} onChange={(next) => setLabSetup({ turn: Number(next) })} options={numbers(turns, say.turnOf)} />
            </Choice>
          )}
        </div>
        {view === 'compare' && <Energy overview={overview} />}
        {view !== 'paper' && (
          <>
            <Button
              variant={anything || view === 'layers' ? 'primary' : 'secondary'} className={styles.start} icon={<Play size={14} />} disabled={busy || plan === null}
              onClick={() => { if (plan !== null) void startLab(plan); }}
            >
              {view === 'layers' ? say.startLayers : say.start(chosen.length)}
            </Button>
            {lasts !== null && <p className={styles.note}>{say.lasts(remaining(lasts / 1000))}</p>}
          </>
        )}
      </section>
    </>
  );
};
