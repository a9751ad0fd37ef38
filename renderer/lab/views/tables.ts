import type { CompareRow, LabColumn, LabTable, LayerRow } from '../../../electron/engine/contract/contract.js';
import { words } from '../../words.js';
import { nodesLine, sizeLine } from './compare-charts.js';

const say = words.lab.columns;

const text = (key: string, title: string): LabColumn => ({ key, title, unit: '', kind: 'text', digits: 0 });
const number = (key: string, title: string, unit: string, digits: number): LabColumn => ({ key, title, unit, kind: 'number', digits });

const over = (value: number | null | undefined, by: number): number | null => (value === null || value === undefined ? null : value / by);

type Field<Row> = readonly [column: LabColumn, value: (row: Row) => string | number | null];

const tableOf = <Row>(fields: readonly Field<Row>[], rows: readonly Row[]): LabTable => {
  // A column in which nothing is known says nothing.
  const told = fields.filter(([, value], n) => n === 0 || rows.some((row) => value(row) !== null && value(row) !== ''));
  return { columns: told.map(([column]) => column), rows: rows.map((row) => told.map(([, value]) => value(row))) };
};

const compareFields: readonly Field<CompareRow>[] = [
  [text('title', say.title), ({ title }) => title],
  [number('p50', say.p50, 'ms', 2), ({ latency }) => latency?.p50 ?? null],
  [number('p95', say.p95, 'ms', 2), ({ latency }) => latency?.p95 ?? null],
  [number('low', say.low, 'ms', 2), ({ latency }) => latency?.low ?? null],
  [number('high', say.high, 'ms', 2), ({ latency }) => latency?.high ?? null],
  [number('framesPerSecond', say.framesPerSecond, '/s', 1), ({ framesPerSecond }) => framesPerSecond],
  [number('computation', say.computation, 'G m-adds/s', 1), ({ computation }) => computation],
  [number('memory', say.memory, 'MB', 1), ({ memory }) => over(memory, 1e6)],
  [number('joules', say.joules, 'J/image', 3), ({ energy }) => energy?.joulesPerImage ?? null],
  [number('watts', say.watts, 'W', 1), ({ energy }) => energy?.watts ?? null],
  [number('idle', say.idle, 'W', 1), ({ energy }) => energy?.idleWatts ?? null],
  [number('multiplyAdds', say.multiplyAdds, 'G', 2), ({ multiplyAdds }) => over(multiplyAdds, 1e9)],
  [number('parameters', say.parameters, 'M', 2), ({ parameters }) => over(parameters, 1e6)],
  [number('memoryAccess', say.memoryAccess, 'M', 1), ({ memoryAccess }) => over(memoryAccess, 1e6)],
  [number('peak', say.peak, 'MB', 1), ({ peakActivationBytes }) => over(peakActivationBytes, 1e6)],
  [text('input', say.input), ({ input }) => sizeLine(input)],
  [number('batch', say.batch, '', 0), ({ batch }) => batch],
  [number('runs', say.runs, '', 0), ({ latency }) => latency?.runs ?? null],
  [text('nodes', say.nodes), ({ nodes }) => nodesLine(nodes)],
];

/** Every figure of a comparison. */
export const compareTable = (rows: readonly CompareRow[]): LabTable => tableOf(compareFields, rows);

const layerFields: readonly Field<LayerRow>[] = [
  [text('name', say.layer), ({ name }) => name],
  [text('operator', say.operator), ({ operator }) => operator],
  [text('module', say.module), ({ module }) => module],
  [number('time', say.time, 'ms', 3), ({ time }) => time],
  [number('share', say.share, '%', 1), ({ share }) => share * 100],
  [number('multiplyAdds', say.multiplyAdds, 'M', 2), ({ multiplyAdds }) => over(multiplyAdds, 1e6)],
  [number('memoryAccess', say.memoryAccess, 'M', 3), ({ memoryAccess }) => over(memoryAccess, 1e6)],
  [number('parameters', say.parameters, 'k', 1), ({ parameters }) => over(parameters, 1e3)],
  [text('provider', say.provider), ({ provider }) => provider],
  [text('parts', say.parts), ({ parts }) => (parts.length > 1 ? parts.slice(1).join(', ') : null)],
];

/** Every figure of a network's layers. */
export const layersTable = (rows: readonly LayerRow[]): LabTable => tableOf(layerFields, rows);
