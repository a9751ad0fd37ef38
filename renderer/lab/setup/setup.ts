import type { LabOverview, LabPlan, ProviderId, Subject } from '../../../electron/engine/contract/contract.js';

/** What the scatter of a comparison is drawn against. */
export const measures = ['multiplyAdds', 'parameters', 'memoryAccess'] as const;
export type Measure = (typeof measures)[number];

/** How the next measurement is to be made, and how results are looked at. */
export type LabSetup = {
  /** Ids of the subjects of a comparison; null until the user or the program has chosen. */
  readonly chosen: readonly string[] | null;
  readonly provider: ProviderId | null;
  /** Side of the square picture; null for the usual size. */
  readonly side: number | null;
  readonly batch: number;
  readonly rounds: number;
  /** Milliseconds. */
  readonly turn: number;
  readonly energy: boolean;
  /** Whose layers are looked at. */
  readonly layersOf: string | null;
  /** Whose weights are looked at. */
  readonly weightsOf: string | null;
  readonly against: Measure;
  readonly paperShown: boolean;
};

export const begun: LabSetup = {
  chosen: null, provider: null, side: null, batch: 1, rounds: 5, turn: 500, energy: true, layersOf: null, weightsOf: null, against: 'multiplyAdds', paperShown: true,
};

export const sides = [160, 224, 256, 300, 320, 416, 512, 640] as const;
export const batches = [1, 2, 4, 8, 16] as const;
export const roundChoices = [1, 2, 3, 5, 10, 20] as const;
export const turns = [50, 200, 500, 1000, 3000] as const;

/** The setup as far as it still holds: what is gone is no longer chosen, and what is not chosen gets a beginning. */
export const standing = (setup: LabSetup, { subjects }: LabOverview, preset: readonly string[]): LabSetup => {
  const there = (id: string | null): boolean => id !== null && subjects.some((subject) => subject.id === id);
  const start = preset.filter(there);
  const kept = setup.chosen?.filter(there) ?? null;
  return {
    ...setup,
    chosen: kept ?? (start.length > 0 ? start : subjects.slice(0, 2).map(({ id }) => id)),
    layersOf: there(setup.layersOf) ? setup.layersOf : (preset.find((id) => there(id) && id.includes('vovnet')) ?? subjects[0]?.id ?? null),
    weightsOf: there(setup.weightsOf) ? setup.weightsOf : (subjects.find(({ aggregates, kind }) => aggregates && kind === 'model') ?? subjects.find(({ aggregates }) => aggregates))?.id ?? null,
  };
};

/** Least milliseconds that a plan's runs take; loading comes on top. Null where it cannot be told. */
export const leastTime = (plan: LabPlan): number | null => (plan.kind === 'compare' ? plan.subjects.length * plan.rounds * plan.turn : null);

export type SubjectOrder = 'family' | 'title' | 'multiplyAdds' | 'parameters';

/** Subjects whose name or family a search finds. */
export const foundSubjects = (subjects: readonly Subject[], search: string): readonly Subject[] => {
  const wanted = search.trim().toLowerCase();
  return wanted === '' ? subjects : subjects.filter(({ title, family }) => [title, family].some((text) => text.toLowerCase().includes(wanted)));
};

export type SubjectGroup = { readonly family: string | null; readonly subjects: readonly Subject[] };

/** By family in the order they come, else all in one: by name, or by figure with the unknown last. */
export const groupedSubjects = (subjects: readonly Subject[], order: SubjectOrder, down: boolean): readonly SubjectGroup[] => {
  if (order === 'family') {
    const families = [...new Set(subjects.map(({ family }) => family))];
    return families.map((family) => ({ family, subjects: subjects.filter((subject) => subject.family === family) }));
  }
  const sign = down ? -1 : 1;
  const sorted = [...subjects].sort((a, b) => {
    if (order === 'title') return sign * a.title.localeCompare(b.title);
    const [x, y] = [a[order], b[order]];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x - y);
  });
  return sorted.length === 0 ? [] : [{ family: null, subjects: sorted }];
};
