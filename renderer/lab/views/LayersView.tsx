import { useCallback, useMemo } from 'react';
import { Layers, Play } from 'lucide-react';
import type { LabOverview, LabResult, LayerRow } from '../../../electron/engine/contract/contract.js';
import { layersTable } from '../../../electron/engine/contract/lab-table.js';
import { app, useApp } from '../../state/store.js';
import { Button, EmptyNote } from '../../ui/ui.js';
import { words } from '../../words.js';
import { Chart } from '../charts/Chart.js';
import { figures } from '../charts/numbers.js';
import { scatterScene } from '../charts/scatter.js';
import type { Place } from '../charts/scene.js';
import { stripScene } from '../charts/strip.js';
import { ExportMenu } from '../export/ExportMenu.js';
import { fileName } from '../export/save.js';
import { layersPlan } from '../setup/plans.js';
import { DataTable } from '../table/DataTable.js';
import { nodesLine, sizeLine } from './compare-charts.js';
import { layerBars, layerPoints } from './layer-charts.js';
import { originOf, ResultHead } from './ResultHead.js';
import { shownLayers } from './tables.js';
import styles from './Views.module.css';

const say = words.lab;

type LayersResult = LabResult & { readonly outcome: Extract<LabResult['outcome'], { kind: 'layers' }> };

const isLayers = (result: LabResult | null): result is LayersResult => result?.outcome.kind === 'layers';

const Empty = ({ overview }: { readonly overview: LabOverview }) => {
  const setup = useApp((now) => now.labSetup);
  const busy = useApp((now) => now.labStarting || now.labProgress?.state === 'running');
  const subject = overview.subjects.find(({ id }) => id === setup.layersOf);
  const plan = layersPlan(setup, overview);
  return (
    <div className={styles.empty}>
      <EmptyNote
        icon={<Layers size={32} strokeWidth={1.5} />} title={subject === undefined ? say.emptyLayersNone : say.emptyLayers(subject.title)}
        {...(subject !== undefined && {
          action: <Button icon={<Play size={14} />} disabled={busy || plan === null} onClick={() => { if (plan !== null) void app.getState().startLab(plan); }}>{say.startLayers}</Button>,
        })}
      >
        {say.emptyLayersDetail}
      </EmptyNote>
    </div>
  );
};

const Against = ({ rows, against, title, caption, machine }: {
  readonly rows: readonly LayerRow[]; readonly against: 'memoryAccess' | 'multiplyAdds'; readonly title: string; readonly caption: string; readonly machine: string;
}) => {
  const build = useCallback((place: Place) => scatterScene(place, {
    points: layerPoints(rows, against), xTitle: say.layerMeasures[against], yTitle: say.layersUnit, radius: 4, log: 'never',
    height: Math.round(Math.min(480, Math.max(260, place.width * 0.56))),
  }), [rows, against]);
  return <Chart title={title} caption={caption} machine={machine} file={fileName('layers', against)} build={build} />;
};

/** Where one network spends its time. */
export const LayersView = ({ overview }: { readonly overview: LabOverview }) => {
  const subject = useApp((now) => now.labSetup.layersOf);
  const result = useApp((now) => now.labResults[now.labShown[`layers:${subject ?? ''}`] ?? ''] ?? null);
  const rows = isLayers(result) ? result.outcome.rows : null;
  const table = useMemo(() => (rows === null ? null : shownLayers(rows)), [rows]);
  const build = useCallback((place: Place) => stripScene(place, {
    bars: layerBars(rows ?? []), xTitle: say.order, yTitle: say.layersUnit, height: Math.round(Math.min(420, Math.max(240, place.width * 0.26))),
  }), [rows]);
  if (!isLayers(result) || rows === null || table === null || result.plan.kind !== 'layers') return <Empty overview={overview} />;
  const machine = originOf(result);
  const modules = rows.some(({ module }) => module !== null);
  const marked = new Set(rows.flatMap(({ module }, n) => (module === null ? [] : [n])));
  const { whole, nodes, title } = result.outcome;
  const facts = [say.layersSum(`${figures(whole)} ms`, rows.length), sizeLine(result.plan.size), nodesLine(nodes)].filter((part) => part !== '').join(' · ');
  const blue = modules ? say.inModules : '';
  return (
    <>
      <ResultHead title={title} header={result} facts={facts}>
        <ExportMenu table={layersTable(rows)} file={fileName('vovision', 'layers', title)} title={`${say.layers}: ${title}`} origin={machine} />
      </ResultHead>
      <div className={styles.charts}>
        <Chart title={say.layersTime} caption={modules ? say.layersCaption : say.layersCaptionPlain} machine={machine} file={fileName('layers', 'time')} build={build} className={styles.wide} />
        <Against rows={rows} against="memoryAccess" title={say.layersAccess} caption={blue} machine={machine} />
        <Against rows={rows} against="multiplyAdds" title={say.layersAdds} caption={blue} machine={machine} />
      </div>
      <h3 className={styles.tableTitle}>{say.table}</h3>
      <DataTable label={say.table} table={table} hints={say.columnHints} marked={marked} />
    </>
  );
};
