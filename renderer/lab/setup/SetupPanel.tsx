import { Play } from 'lucide-react';
import type { LabOverview } from '../../../electron/engine/contract/contract.js';
import { app, useApp } from '../../state/store.js';
import { Button, Switch } from '../../ui/ui.js';
import { remaining } from '../../ui/format.js';
import { words } from '../../words.js';
import { BatchChoice, ProviderChoice, RoundsChoice, SizeChoice, TurnChoice } from './Choices.js';
import { comparePlan, layersPlan } from './plans.js';
import { leastTime } from './setup.js';
import { SubjectTable } from './SubjectTable.js';
import styles from './SetupPanel.module.css';

const say = words.lab;

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
  const layers = useApp((now) => now.labView === 'layers');
  const busy = useApp((now) => now.labStarting || now.labProgress?.state === 'running');
  // The empty page has the primary button.
  const anything = useApp((now) => now.labShown['compare'] !== undefined || now.labProgress !== null);
  const { setLabSetup, startLab } = app.getState();
  const chosen = setup.chosen ?? [];
  const plan = layers ? layersPlan(setup, overview) : comparePlan(setup, overview, chosen);
  const lasts = plan === null ? null : leastTime(plan);
  return (
    <>
      <SubjectTable
        subjects={overview.subjects} mode={layers ? 'one' : 'many'} disabled={busy}
        chosen={!layers ? chosen : setup.layersOf === null ? [] : [setup.layersOf]}
        onChoose={(ids) => setLabSetup(layers ? { layersOf: ids[0] ?? null } : { chosen: ids })}
      />
      <section className={styles.settings} aria-label={say.settings}>
        <div className={styles.choices}>
          <ProviderChoice overview={overview} />
          <SizeChoice overview={overview} />
          <BatchChoice />
          {!layers && <RoundsChoice />}
          {!layers && <TurnChoice />}
        </div>
        {!layers && <Energy overview={overview} />}
        <Button
          variant={anything || layers ? 'primary' : 'secondary'} className={styles.start} icon={<Play size={14} />} disabled={busy || plan === null}
          onClick={() => { if (plan !== null) void startLab(plan); }}
        >
          {layers ? say.startLayers : say.start(chosen.length)}
        </Button>
        {lasts !== null && <p className={styles.note}>{say.lasts(remaining(lasts / 1000))}</p>}
      </section>
    </>
  );
};
