import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { compareTable, fastestFirst, type CompareRow, type LabColumn, type LabResult, type LabTable } from '../../engine/contract/contract.js';
import { KeptResults } from '../../engine/lab/kept.js';
import { describeMachine } from '../../engine/lab/machine.js';
import { agreementWith, type Agreement } from '../../engine/lab/agreement.js';
import { runPlan } from '../../engine/lab/run-plan.js';
import { defaultSize } from '../../engine/lab/subjects.js';
import { paperMachine, paperNetworks, paperRowOf, paperSource, type PaperRow } from '../../../models/paper.js';
import type { Command } from '../command.js';
import { checkTableName, writeTable } from '../lab-files.js';
import { askedProvider, askedSize, labOptions, namedSubject, sizeOption, withLab } from '../lab-subject.js';
import { textColumns } from '../lab-text.js';
import { settings } from '../open.js';
import { inferenceThreads } from '../../engine/service/workers.js';

/** `vovision bench backbones`: see docs/cli.md. */
export const benchBackbones: Command = {
  spec: {
    name: 'bench backbones',
    summary: 'networks and models side by side, in turns: time, computation, memory and energy, with the paper’s own figures.',
    positionals: ['ID|FILE'],
    required: 0,
    many: true,
    options: {
      ...labOptions,
      size: sizeOption,
      batch: { type: 'number', range: [1, 64], help: 'pictures at once (1)' },
      rounds: { type: 'number', range: [1, 100], help: 'interleaved rounds; in each, every network has one turn (8)' },
      seconds: { type: 'number', range: [0.05, 3600], help: 'how long each network is measured, over all rounds (2)' },
      energy: { type: 'flag', help: 'measures energy too, where there is a meter' },
      output: { type: 'text', short: 'o', value: 'FILE', help: 'writes the table too, as .csv or .md' },
    },
  },
  run: async (args, output, signal) => {
    const path = args.text('output');
    if (path !== null) checkTableName(path);
    const rounds = Math.round(args.number('rounds') ?? 8);
    const names = args.positionals.length === 0 ? paperNetworks : args.positionals;
    const { result, agreement } = await withLab(args, async (lab) => {
      const entries = await Promise.all(names.map((name) => namedSubject(name, lab)));
      const plan = {
        kind: 'compare', subjects: [...new Set(entries.map(({ id }) => id))], provider: askedProvider(args), size: askedSize(args) ?? defaultSize,
        batch: Math.round(args.number('batch') ?? 1), rounds, turn: Math.max(10, ((args.number('seconds') ?? 2) * 1000) / rounds), energy: args.flag('energy'),
      } as const;
      const { title, outcome } = await runPlan(plan, {
        entries, openBench: lab.openBench, threads: lab.runner.threads ?? inferenceThreads(), signal,
        progress: (step, fraction) => output.progress(`${(fraction * 100).toFixed(0).padStart(3)} %  ${step}`),
        onRows: () => undefined,
      });
      const machine = await describeMachine();
      const measured: LabResult = {
        id: randomBytes(16).toString('base64url'), title, kind: 'compare', at: Date.now(), machine, provider: plan.provider, plan, outcome,
      };
      const kept = new KeptResults(join(settings().dataFolder, 'lab'));
      const found = await agreementWith(measured, kept);
      // A full disk does not take away what was measured.
      await kept.keep(measured).catch((error: unknown) => output.note(error instanceof Error ? error.message : String(error)));
      return { result: measured, agreement: found };
    });
    if (result.outcome.kind !== 'compare') return 1;
    const rows = fastestFirst(result.outcome.rows).map((row): Row => ({ ...row, paper: paperRowOf(row.subject.replace(/^network:/, '')) }));
    if (path !== null) await writeTable(path, withPaper(rows));
    const { meter, notes } = result.outcome;
    output.answer(
      { id: result.id, machine: result.machine, plan: result.plan, meter, notes, rows, paper: { machine: paperMachine, source: paperSource }, agreement },
      describe(result, rows, agreement),
    );
    return 0;
  },
};

type Row = CompareRow & { readonly paper: PaperRow | null };

type Column = { readonly title: string; readonly number: boolean; readonly cell: (row: Row) => string };

const fixed = (value: number | null | undefined, digits: number): string => value?.toFixed(digits) ?? '';
const mebi = (bytes: number | null): number | null => (bytes === null ? null : bytes / 2 ** 20);

const columns: readonly Column[] = [
  { title: 'network', number: false, cell: ({ title }) => title },
  { title: 'input', number: true, cell: ({ input, batch }) => `${input.width}x${input.height}${batch > 1 ? ` x${batch}` : ''}` },
  { title: 'M params', number: true, cell: ({ parameters }) => fixed(parameters === null ? null : parameters / 1e6, 2) },
  { title: 'G mult-adds', number: true, cell: ({ multiplyAdds }) => fixed(multiplyAdds === null ? null : multiplyAdds / 1e9, 2) },
  { title: 'ms', number: true, cell: ({ latency }) => fixed(latency?.p50, 2) },
  { title: 'p95', number: true, cell: ({ latency }) => fixed(latency?.p95, 2) },
  { title: 'rounds', number: true, cell: ({ latency }) => (latency === null ? '' : `${latency.low.toFixed(2)}-${latency.high.toFixed(2)}`) },
  { title: 'frames/s', number: true, cell: ({ framesPerSecond }) => fixed(framesPerSecond, 1) },
  { title: 'G/s', number: true, cell: ({ computation }) => fixed(computation, 1) },
  { title: 'MiB', number: true, cell: ({ memory }) => fixed(mebi(memory), 0) },
  { title: 'J/img', number: true, cell: ({ energy }) => fixed(energy?.joulesPerImage, 3) },
  { title: 'W', number: true, cell: ({ energy }) => fixed(energy?.watts, 1) },
  { title: '| paper: detector', number: false, cell: ({ paper }) => `| ${paper?.detector ?? ''}` },
  { title: 'frames/s', number: true, cell: ({ paper }) => fixed(paper?.framesPerSecond, 1) },
  { title: 'G/s', number: true, cell: ({ paper }) => fixed(paper?.computation, 1) },
  { title: 'J/img', number: true, cell: ({ paper }) => fixed(paper?.joulesPerImage, 1) },
];

const describe = ({ machine, provider, plan, outcome }: LabResult, rows: readonly Row[], agreement: Agreement | null): string => {
  if (outcome.kind !== 'compare' || plan.kind !== 'compare') return '';
  const shown = columns.filter(({ cell }) => rows.some((row) => cell(row).replace('|', '').trim() !== ''));
  const failed = rows.filter(({ error }) => error !== null);
  const elsewhere = rows.filter(({ nodes }) => nodes !== null && nodes.length > 1);
  const idle = rows.flatMap(({ energy }) => energy?.idleWatts ?? [])[0];
  return [
    `${machine.processor}, ${machine.cores} cores${machine.graphics.length > 0 ? `, ${machine.graphics.join(', ')}` : ''}, ${machine.runtime}, ${provider}`, '',
    ...textColumns([shown.map(({ title }) => title), ...rows.map((row) => shown.map(({ cell }) => cell(row)))], shown.map(({ number }) => number)),
    '',
    `Medians of all inferences in ${plan.rounds} interleaved rounds; “rounds”: the least and the greatest of the rounds’ medians. Ordered by the least.`,
    ...(rows.some(({ paper }) => paper !== null) ? [`Paper: ${paperSource}; ${paperMachine}.`] : []),
    ...(plan.energy ? [outcome.meter.kind === 'none' ? `Energy: not measured. ${outcome.meter.reason}` : `Energy: ${outcome.meter.title}, ${outcome.meter.covers}${idle === undefined ? '' : `; idle ${idle.toFixed(1)} W`}.`] : []),
    ...elsewhere.map(({ title, nodes }) => `${title} ran on ${nodes?.map(({ provider: name, nodes: count }) => `${name} (${count} nodes)`).join(' and ') ?? ''}.`),
    ...failed.map(({ title, error }) => `${title}: ${error?.message ?? ''}`),
    ...outcome.notes,
    ...(agreement === null ? [] : [agreementText(agreement)]),
  ].join('\n');
};

const agreementText = ({ at, tau, pairs, swapped, clearlySwapped }: Agreement): string => {
  const before = `the measurement of ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const how = `(Kendall’s tau ${tau.toFixed(3)})`;
  if (swapped === 0) return `The order is that of ${before} ${how}.`;
  const places = `${swapped} of ${pairs} pairs changed places`;
  return clearlySwapped === 0
    ? `The order is that of ${before} but for pairs closer than their rounds vary: ${places} ${how}.`
    : `Against ${before}, ${places}, ${clearlySwapped} of them by more than their rounds vary ${how}.`;
};

const paperColumn = (key: string, title: string, unit: string, digits: number): LabColumn =>
  ({ key, title: `${title}, paper (${paperMachine})`, unit, kind: digits < 0 ? 'text' : 'number', digits: Math.max(0, digits) });

/** The whole table with the paper's columns at its end. */
const withPaper = (rows: readonly Row[]): LabTable => {
  const own = compareTable(rows);
  return {
    columns: [
      ...own.columns,
      paperColumn('paperDetector', 'Detector', '', -1),
      paperColumn('paperFramesPerSecond', 'Pictures a second', '1/s', 1),
      paperColumn('paperComputation', 'Multiply-adds a second', 'G/s', 1),
      paperColumn('paperJoulesPerImage', 'Energy a picture', 'J', 1),
    ],
    rows: own.rows.map((row, n) => {
      const paper = rows[n]?.paper;
      return [...row, paper?.detector ?? null, paper?.framesPerSecond ?? null, paper?.computation ?? null, paper?.joulesPerImage ?? null];
    }),
  };
};
