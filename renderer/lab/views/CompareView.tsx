import { useCallback, useMemo } from 'react';
import { FlaskConical, Play } from 'lucide-react';
import type { CompareRow, LabOverview, LabPlan, LabResult } from '../../../electron/engine/contract/contract.js';
import { compareTable } from '../../../electron/engine/contract/lab-table.js';
import { app, useApp } from '../../state/store.js';
import { Button, EmptyNote, Segmented, Switch } from '../../ui/ui.js';
import { words } from '../../words.js';
import { barsScene } from '../charts/bars.js';
import { Chart } from '../charts/Chart.js';
import { figures } from '../charts/numbers.js';
import { scatterScene } from '../charts/scatter.js';
import type { Place } from '../charts/scene.js';
import { ExportMenu } from '../export/ExportMenu.js';
import { fileName } from '../export/save.js';
import { machineLine } from '../machine.js';
import { comparePlan } from '../setup/plans.js';
import { paperSet } from '../setup/paper-set.js';
import { measures } from '../setup/setup.js';
import { DataTable } from '../table/DataTable.js';
import { compareBars, comparePoints, familyInk, sizeLine, type Comparison, type FigureName } from './compare-charts.js';
import { Earlier } from './Earlier.js';
import { paperFigures } from './paper-figures.js';
import { originOf, ResultHead } from './ResultHead.js';
import { shownComparison } from './tables.js';
import styles from './Views.module.css';

const say = words.lab;
const none: ReadonlyMap<string, CompareRow> = new Map();

type ComparePlan = Extract<LabPlan, { kind: 'compare' }>;

/** The comparison on screen: the one under way, else the kept one that was chosen or made last. */
const useShown = (): { readonly plan: ComparePlan; readonly rows: readonly CompareRow[]; readonly result: LabResult | null } | null => {
  const progress = useApp((now) => now.labProgress);
  const result = useApp((now) => now.labResults[now.labShown['compare'] ?? ''] ?? null);
  if (progress?.state === 'running' && progress.plan.kind === 'compare') return { plan: progress.plan, rows: progress.rows, result: null };
  if (result?.plan.kind !== 'compare' || result.outcome.kind !== 'compare') return null;
  return { plan: result.plan, rows: result.outcome.rows, result };
};

const Empty = ({ overview }: { readonly overview: LabOverview }) => {
  const setup = useApp((now) => now.labSetup);
  const busy = useApp((now) => now.labStarting || now.labProgress?.state === 'running');
  const preset = paperSet.filter((id) => overview.subjects.some((subject) => subject.id === id));
  const plan = comparePlan(setup, overview, preset);
  const start = (): void => {
    if (plan === null) return;
    app.getState().setLabSetup({ chosen: preset });
    void app.getState().startLab(plan);
  };
  return (
    <div className={styles.empty}>
      <EmptyNote
        icon={<FlaskConical size={32} strokeWidth={1.5} />} title={say.emptyCompare}
        action={<Button variant="primary" icon={<Play size={14} />} disabled={plan === null || busy} onClick={start}>{say.emptyCompareAction}</Button>}
      >
        {say.emptyCompareDetail}
      </EmptyNote>
    </div>
  );
};

const scatterHeight = (width: number): number => Math.round(Math.min(560, Math.max(300, width * 0.56)));

type BarChartProps = { readonly comparison: Comparison; readonly name: FigureName; readonly title: string; readonly unit: string; readonly caption: string; readonly machine: string; readonly className?: string };

const BarChart = ({ comparison, name, title, unit, caption, machine, className }: BarChartProps) => {
  const build = useCallback((place: Place) => barsScene(place, {
    bars: compareBars(comparison, name), unit, ...(name === 'latency' && { height: scatterHeight(place.width) }),
  }), [comparison, name, unit]);
  return <Chart title={title} caption={caption} machine={machine} file={fileName('compare', name)} build={build} className={className} />;
};

const Scatter = ({ comparison, machine, paper }: { readonly comparison: Comparison; readonly machine: string; readonly paper: boolean }) => {
  const against = useApp((now) => now.labSetup.against);
  const build = useCallback((place: Place) => scatterScene(place, {
    points: comparePoints(comparison, against), xTitle: say.measureTitles[against], yTitle: say.msAPicture,
    height: scatterHeight(place.width),
  }), [comparison, against]);
  return (
    <Chart
      title={say.scatter(say.measures[against])} machine={machine} file={fileName('compare', 'scatter', against)} build={build}
      caption={paper && against !== 'memoryAccess' ? `${say.scatterCaption} ${say.paperHollow}` : say.scatterCaption}
      controls={
        <Segmented
          label={say.against} size="small" value={against} onChange={(next) => app.getState().setLabSetup({ against: next })}
          options={measures.map((value) => ({ value, label: say.measures[value] }))}
        />
      }
    />
  );
};

/** Networks and models side by side. */
export const CompareView = ({ overview }: { readonly overview: LabOverview }) => {
  const shown = useShown();
  const earlierResult = useApp((now) => now.labResults[now.labEarlier ?? ''] ?? null);
  const paperShown = useApp((now) => now.labSetup.paperShown);
  const rows = shown?.rows ?? null;
  const running = shown !== null && shown.result === null;
  const comparison = useMemo((): Comparison | null => rows === null ? null : {
    rows, running,
    earlier: earlierResult?.outcome.kind === 'compare' ? new Map(earlierResult.outcome.rows.map((row) => [row.subject, row])) : none,
    paper: paperShown ? paperFigures : [],
  }, [rows, running, earlierResult, paperShown]);
  const table = useMemo(() => (rows === null ? null : shownComparison(rows)), [rows]);
  if (shown === null || comparison === null || table === null) return <Empty overview={overview} />;
  const { plan, result } = shown;
  const machine = result === null ? machineLine(overview.machine) : originOf(result);
  const errors = new Map(shown.rows.flatMap((row, n) => (row.error === null ? [] : [[n, say.failedRow(row.error)] as const])));
  const marked = new Set(shown.rows.flatMap((row, n) => (familyInk(row.family) === 'series1' ? [n] : [])));
  const energy = shown.rows.find((row) => row.energy !== null)?.energy ?? null;
  const paper = comparison.paper.some(({ subject }) => shown.rows.some((row) => row.subject === subject));
  const earlier = comparison.earlier.size > 0;
  const facts = [say.compareFacts(plan.subjects.length, sizeLine(plan.size), plan.batch, plan.rounds), words.models.providers[plan.provider]].join(' · ');
  const captions = (...parts: readonly string[]): string => [...parts, ...(paper ? [say.paperBehind] : [])].filter((part) => part !== '').join(' ');
  return (
    <>
      <ResultHead title={result?.title ?? say.running} header={result} facts={facts}>
        {paperFigures.some(({ subject }) => plan.subjects.includes(subject)) && (
          <label className={styles.switch}>
            {say.paperSwitch}
            <Switch label={say.paperSwitch} checked={paperShown} onChange={(on) => app.getState().setLabSetup({ paperShown: on })} />
          </label>
        )}
        {result !== null && <Earlier overview={overview} result={result} />}
        <ExportMenu table={compareTable(shown.rows)} file={fileName('vovision', 'compare', plan.provider)} title={result?.title ?? say.compare} origin={machine} />
      </ResultHead>
      <div className={styles.charts}>
        <BarChart comparison={comparison} name="latency" title={say.latency} unit={say.latencyUnit} caption={earlier ? `${say.latencyCaption} ${say.latencyEarlier}` : say.latencyCaption} machine={machine} />
        <Scatter comparison={comparison} machine={machine} paper={paper} />
      </div>
      <div className={energy === null ? styles.three : styles.charts}>
        <BarChart comparison={comparison} name="framesPerSecond" title={say.framesPerSecond} unit="1/s" caption={captions(say.framesCaption)} machine={machine} />
        <BarChart comparison={comparison} name="computation" title={say.computation} unit={say.computationUnit} caption={captions(say.computationCaption)} machine={machine} />
        <BarChart comparison={comparison} name="memory" title={say.memory} unit={say.memoryUnit} caption={captions(say.memoryCaption)} machine={machine} />
        {energy !== null && (
          <BarChart comparison={comparison} name="energy" title={say.energyPerImage} unit={say.energyUnit} caption={captions(say.energyCaption(`${figures(energy.idleWatts)} W`))} machine={machine} />
        )}
      </div>
      <h3 className={styles.tableTitle}>{say.table}</h3>
      <DataTable label={say.table} table={table} hints={say.columnHints} errors={errors} marked={marked} />
    </>
  );
};
