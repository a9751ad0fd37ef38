import type { CompareRow, EnergyMeter, LabPlan, LabResult } from '../contract/contract.js';
import { UserError } from '../contract/contract.js';
import { compare } from './compare.js';
import { EnergyRun } from './energy/measure.js';
import { asEnergyMeter, findMeter } from './energy/meters.js';
import { experimentTable } from './experiments/table.js';
import { measureLayers } from './layers.js';
import { memoryRoom } from './memory-room.js';
import { defaultSize, findSubject, openSubject, type SubjectEntry } from './subjects.js';
import type { OpenBench, Progress, Runner } from './types.js';

export type PlanSetting = {
  readonly entries: readonly SubjectEntry[];
  readonly openBench: OpenBench;
  /** Threads inside one operator, for the CPU. */
  readonly threads: number;
  readonly progress: Progress;
  readonly onRows: (rows: readonly CompareRow[]) => void;
  readonly signal: AbortSignal;
};

export type Measured = { readonly title: string; readonly outcome: LabResult['outcome'] };

type Kind = LabPlan['kind'];
type PlanOf<K extends Kind> = Extract<LabPlan, { readonly kind: K }>;
type Measures = { readonly [K in Kind]: (plan: PlanOf<K>, setting: PlanSetting) => Promise<Measured> };

const runnerOf = ({ provider }: LabPlan, { threads }: PlanSetting): Runner => ({ provider, threads: provider === 'cpu' ? threads : null });

const measures: Measures = {
  compare: async (plan, setting) => {
    const notes: string[] = [];
    const note = (text: string): void => void notes.push(text);
    const { meter, energy } = await openEnergy(plan);
    try {
      const entries = [...new Set(plan.subjects)].map((id) => findSubject(setting.entries, id));
      const rows = await compare(entries, {
        ...plan, ...setting, runner: runnerOf(plan, setting), energy, room: memoryRoom(), onNote: note,
      });
      const [first] = rows;
      if (first !== undefined && rows.every(({ latency }) => latency === null)) {
        const error = first.error;
        throw new UserError(error?.kind ?? 'internal', error?.message ?? 'Nothing could be measured.', error?.hint);
      }
      if (energy !== null) noteEnergy(energy, rows, note);
      const { width, height } = plan.size;
      const title = rows.length === 1 && first !== undefined ? first.title : `${rows.length} side by side`;
      return { title: `${title}, ${width}x${height}`, outcome: { kind: 'compare', rows, meter, notes } };
    } finally {
      await energy?.close();
    }
  },
  layers: async (plan, setting) => {
    const { progress, signal, openBench } = setting;
    const subject = await openSubject(findSubject(setting.entries, plan.subject), plan.size, plan.batch, signal);
    const outcome = await measureLayers(subject, { runner: runnerOf(plan, setting), runs: plan.runs, openBench, progress, signal });
    return { title: `Layers of ${subject.title}`, outcome };
  },
  experiment: async (plan, setting) => {
    const { progress, signal, openBench } = setting;
    const { title, run } = experimentTable[plan.experiment];
    const subject = plan.subject === null ? null : await openSubject(findSubject(setting.entries, plan.subject), defaultSize, 1, signal);
    const outcome = await run({ runner: runnerOf(plan, setting), openBench, rounds: plan.rounds, subject, progress, signal });
    return { title: subject === null ? title : `${title}: ${subject.title}`, outcome: { kind: 'experiment', experiment: plan.experiment, ...outcome } };
  },
};

const openEnergy = async ({ energy, provider }: PlanOf<'compare'>): Promise<{ readonly meter: EnergyMeter; readonly energy: EnergyRun | null }> => {
  if (!energy) return { meter: { kind: 'none', reason: 'It was not asked for.' }, energy: null };
  const found = await findMeter(provider);
  return { meter: asEnergyMeter(found), energy: 'reason' in found ? null : new EnergyRun(found) };
};

const noteEnergy = (energy: EnergyRun, rows: readonly CompareRow[], note: (text: string) => void): void => {
  if (energy.fault !== null) note(energy.fault);
  else if (rows.some((row) => row.latency !== null && row.energy === null)) note(`${energy.meter.title} gave too few readings to tell the energy of all.`);
};

/** Does what a plan asks for. Rejects with a UserError, or with the signal's reason where it is cancelled. */
export const runPlan = (plan: LabPlan, setting: PlanSetting): Promise<Measured> =>
  (measures[plan.kind] as (plan: LabPlan, setting: PlanSetting) => Promise<Measured>)(plan, setting);

