import type { CompareRow } from '../../../electron/engine/contract/contract.js';
import { words } from '../../words.js';
import type { Bar } from '../charts/bars.js';
import { figures } from '../charts/numbers.js';
import type { Point } from '../charts/scatter.js';
import { seriesShape, type Ink } from '../charts/scene.js';
import type { Measure } from '../setup/setup.js';
import type { PaperFigures } from './paper-figures.js';

const say = words.lab;

/** Ours stand out: VoVNets in the accent, models in a colour of their own, what they are compared with in grey. */
export const familyInk = (family: string): Ink => (family.startsWith('vovnet') ? 'series1' : family === 'detector' ? 'series2' : 'strong');

export type Comparison = {
  readonly rows: readonly CompareRow[];
  /** Rows that have no figures yet will get some. */
  readonly running: boolean;
  /** Figures of an earlier comparison, by subject. */
  readonly earlier: ReadonlyMap<string, CompareRow>;
  readonly paper: readonly PaperFigures[];
};

type Figure = {
  readonly of: (row: CompareRow) => number | null;
  readonly ofPaper: (paper: PaperFigures) => number;
  readonly text: (value: number) => string;
};

export const figureTable = {
  latency: { of: ({ latency }) => latency?.p50 ?? null, ofPaper: ({ framesPerSecond }) => 1000 / framesPerSecond, text: (value) => `${figures(value)} ms` },
  framesPerSecond: { of: (row) => row.framesPerSecond, ofPaper: (paper) => paper.framesPerSecond, text: figures },
  computation: { of: (row) => row.computation, ofPaper: (paper) => paper.computation, text: figures },
  memory: { of: ({ memory }) => (memory === null ? null : memory / 2 ** 20), ofPaper: (paper) => paper.memory, text: (value) => `${figures(value)} MiB` },
  energy: { of: ({ energy }) => energy?.joulesPerImage ?? null, ofPaper: (paper) => paper.joulesPerImage, text: (value) => `${figures(value)} J` },
} as const satisfies Readonly<Record<string, Figure>>;
export type FigureName = keyof typeof figureTable;

const paperName = ({ detector, backbone }: PaperFigures): string => `${detector} with ${backbone}`;

/** A title without what it says in brackets: names beside marks have little room. */
export const shortTitle = (title: string): string => title.replace(/ \([^)]*\)$/, '');

const change = (now: number, before: number): string => `${now >= before ? '+' : '−'}${figures(Math.abs(now / before - 1) * 100)} %`;

const whyNot = (row: CompareRow, running: boolean): string =>
  row.error !== null ? row.error.message : running ? say.waiting : row.latency !== null ? say.notKnown : say.notMeasured;

/** One figure of every row as bars. */
export const compareBars = ({ rows, running, earlier, paper }: Comparison, name: FigureName): readonly Bar[] => {
  const figure: Figure = figureTable[name];
  return rows.map((row): Bar => {
    const value = figure.of(row);
    // Their time follows from their frames per second, which have a chart of their own.
    const theirs = name === 'latency' ? undefined : paper.find(({ subject }) => subject === row.subject);
    const old = earlier.get(row.subject);
    const before = old === undefined ? null : figure.of(old);
    const spread = name === 'latency' && row.latency !== null ? { low: row.latency.low, high: row.latency.high, p95: row.latency.p95 } : undefined;
    return {
      key: row.subject, label: shortTitle(row.title), ink: familyInk(row.family), value,
      text: value === null ? whyNot(row, running) : figures(value),
      spread,
      behind: theirs === undefined ? undefined : { value: figure.ofPaper(theirs), text: figures(figure.ofPaper(theirs)) },
      before: before ?? undefined,
      values: [
        ...(value === null ? [['', whyNot(row, running)] as const] : [[spread === undefined ? say.here : say.values.p50, figure.text(value)] as const]),
        ...(spread === undefined || row.latency === null ? [] : [
          [say.values.p95, `${figures(spread.p95)} ms`], [say.values.low, `${figures(spread.low)} ms`], [say.values.high, `${figures(spread.high)} ms`],
          [say.values.runs, String(row.latency.runs)],
        ] as const),
        ...(value === null || before === null ? [] : [[say.values.before, figure.text(before)], [say.values.change, change(value, before)]] as const),
        ...(theirs === undefined ? [] : [[say.paperOf(paperName(theirs)), figure.text(figure.ofPaper(theirs))]] as const),
      ],
    };
  });
};

const divisor: Readonly<Record<Measure, number>> = { multiplyAdds: 1e9, parameters: 1e6, memoryAccess: 1e6 };
const letter: Readonly<Record<Measure, string>> = { multiplyAdds: 'G', parameters: 'M', memoryAccess: 'M' };

/** Time for a picture against what it costs, ours and the paper's. */
export const comparePoints = ({ rows, paper }: Comparison, against: Measure): readonly Point[] => {
  const families = [...new Set(rows.map(({ family }) => family).filter((family) => familyInk(family) === 'strong'))];
  const ours = rows.flatMap((row): readonly Point[] => {
    const cost = row[against];
    if (cost === null || row.latency === null) return [];
    const x = cost / divisor[against];
    const y = row.latency.p50 / row.batch;
    const other = families.indexOf(row.family);
    return [{
      key: row.subject, x, y, label: shortTitle(row.title), title: row.title, ink: familyInk(row.family), shape: other < 0 ? 'circle' : seriesShape(other + 1),
      values: [[say.values.time, `${figures(y)} ms`], [say.measures[against], `${figures(x)} ${letter[against]}`], [say.framesPerSecond, figures(row.framesPerSecond)]],
    }];
  });
  if (against === 'memoryAccess') return ours;
  const theirs = paper.filter(({ subject }) => rows.some((row) => row.subject === subject)).map((figure): Point => {
    const x = figure[against];
    const y = 1000 / figure.framesPerSecond;
    return {
      key: `paper:${figure.subject}`, x, y, label: '', title: paperName(figure), ink: 'muted', shape: 'circle', ghost: true,
      values: [['', say.paperMachine], [say.values.time, `${figures(y)} ms`], [say.measures[against], `${figures(x)} ${letter[against]}`]],
    };
  });
  return [...ours, ...theirs];
};

/** Which provider really ran the nodes, in words. */
export const nodesLine = (nodes: CompareRow['nodes']): string => {
  if (nodes === null || nodes.length === 0) return '';
  const all = nodes.reduce((sum, part) => sum + part.nodes, 0);
  return say.nodes([...nodes].sort((a, b) => a.nodes - b.nodes).map((part) => [part.nodes, part.provider] as const), all);
};

export const sizeLine = ({ width, height }: { readonly width: number; readonly height: number }): string => `${width} × ${height}`;
