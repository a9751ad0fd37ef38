import { useCallback } from 'react';
import { Play, RotateCcw } from 'lucide-react';
import { experiments, type ExperimentId, type LabChart, type LabOverview, type LabResult, type LabTable } from '../../../electron/engine/contract/contract.js';
import { app, useApp } from '../../state/store.js';
import { Button, Select } from '../../ui/ui.js';
import { words } from '../../words.js';
import { Chart } from '../charts/Chart.js';
import { chartScene } from '../charts/from-table.js';
import type { Place } from '../charts/scene.js';
import { ExportMenu } from '../export/ExportMenu.js';
import { fileName } from '../export/save.js';
import { experimentPlan } from '../setup/plans.js';
import { DataTable } from '../table/DataTable.js';
import { momentOf, originOf } from './ResultHead.js';
import styles from './Views.module.css';

const say = words.lab;

const TableChart = ({ table, chart, file, machine }: { readonly table: LabTable; readonly chart: LabChart; readonly file: string; readonly machine: string }) => {
  const build = useCallback((place: Place) => chartScene(place, table, chart, Math.round(Math.min(440, Math.max(250, place.width * 0.5)))), [table, chart]);
  return <Chart title={chart.title} machine={machine} file={file} build={build} className={styles.inner} />;
};

const Outcome = ({ id, result }: { readonly id: ExperimentId; readonly result: LabResult }) => {
  if (result.outcome.kind !== 'experiment') return null;
  const { finding, table, charts } = result.outcome;
  const machine = originOf(result);
  return (
    <>
      <p className={styles.finding} data-part="finding">{finding}</p>
      <div className={styles.charts}>
        {charts.map((chart, n) => <TableChart key={n} table={table} chart={chart} file={fileName(id, String(n + 1))} machine={machine} />)}
      </div>
      <DataTable label={say.claims[id].title} table={table} className={styles.short} />
    </>
  );
};

const Whose = ({ overview }: { readonly overview: LabOverview }) => {
  const weightsOf = useApp((now) => now.labSetup.weightsOf);
  const choices = overview.subjects.filter(({ aggregates }) => aggregates);
  if (choices.length === 0) return <p className={styles.quiet}>{say.noWeights}</p>;
  return (
    <Select
      size="small" label={say.whose} value={weightsOf ?? ''} onChange={(id) => app.getState().setLabSetup({ weightsOf: id })}
      options={choices.map(({ id, title }) => ({ value: id, label: title }))}
    />
  );
};

const Argument = ({ id, overview }: { readonly id: ExperimentId; readonly overview: LabOverview }) => {
  const setup = useApp((now) => now.labSetup);
  const result = useApp((now) => now.labResults[now.labShown[`experiment:${id}`] ?? ''] ?? null);
  const busy = useApp((now) => now.labStarting || now.labProgress?.state === 'running');
  const mine = useApp((now) => now.labProgress?.state === 'running' && now.labProgress.plan.kind === 'experiment' && now.labProgress.plan.experiment === id);
  const plan = experimentPlan(setup, overview, id);
  const { title, claim, test } = say.claims[id];
  return (
    <article className={styles.card} aria-label={title} data-experiment={id}>
      <header className={styles.cardHead}>
        <div className={styles.headWords}>
          <h2 className={styles.headTitle}>{title}</h2>
          <p className={styles.claim}>{claim}</p>
          <p className={styles.facts}>{test}{result !== null && ` · ${words.models.providers[result.provider]} · ${momentOf(result.at)}`}</p>
        </div>
        <div className={styles.headActions}>
          {id === 'aggregation' && <Whose overview={overview} />}
          {result?.outcome.kind === 'experiment' && (
            <ExportMenu table={result.outcome.table} file={fileName('vovision', id)} title={title} origin={`${result.outcome.finding}\n\n${originOf(result)}`} />
          )}
          <Button
            size="small" busy={mine} disabled={busy || plan === null} icon={result === null ? <Play size={13} /> : <RotateCcw size={13} />}
            onClick={() => { if (plan !== null) void app.getState().startLab(plan); }}
          >
            {result === null ? say.measureHere : say.measureAgain}
          </Button>
        </div>
      </header>
      {result !== null && <Outcome id={id} result={result} />}
    </article>
  );
};

/** What the paper argues, and what this machine says to it. */
export const PaperView = ({ overview }: { readonly overview: LabOverview }) => (
  <>
    {experiments.map((id) => <Argument key={id} id={id} overview={overview} />)}
  </>
);
