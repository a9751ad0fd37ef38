import { chooseRange, Histogram, type RangeMethod } from './histogram.js';
import type { Plan } from './plan.js';
import { scaleOf, type Range, type Scale } from './scale.js';

export type ScaleOptions = {
  readonly method?: RangeMethod;
  /** How many times wider than its own the range of a value may become for a Concat that need not count. */
  readonly spread?: number;
};

/**
 * A scale for every value that becomes bytes, from what was seen of it. Values that a Concat joins get
 * one scale where that is sound and does not waste too much of their bytes. `given` are values that are
 * bytes already.
 */
export const scalesFor = (
  plan: Plan, seen: ReadonlyMap<string, Histogram>, given: ReadonlyMap<string, Scale>, { method = 'error', spread = 4 }: ScaleOptions = {},
): ReadonlyMap<string, Scale> => {
  type Group = { readonly members: readonly string[]; readonly range: Range; readonly histogram: Histogram };
  const scales = new Map(given);
  const groupOf = new Map<string, Group>();
  const put = (members: readonly string[]): void => {
    const histogram = new Histogram();
    for (const name of members) {
      const own = seen.get(name);
      if (own) histogram.merge(own);
    }
    const group = { members, range: chooseRange(histogram, method), histogram };
    for (const name of members) groupOf.set(name, group);
  };
  /** Parts and copies of what is bytes already have its scale. */
  const fixed = (members: readonly string[], scale: Scale | undefined): boolean => {
    if (scale) for (const name of members) scales.set(name, scale);
    return scale !== undefined;
  };
  for (const members of plan.groups) if (!fixed(members, given.get(members.find((name) => given.has(name)) ?? ''))) put(members);
  for (const values of plan.joins) {
    const known = values.slice(0, -1).map((name) => scales.get(name));
    const result = groupOf.get(values[values.length - 1] ?? '');
    if (known.every((scale) => scale !== undefined && scale.scale === known[0]?.scale && scale.zeroPoint === known[0].zeroPoint) && result) {
      for (const name of result.members) groupOf.delete(name);
      fixed(result.members, known[0]);
    }
    if (values.some((name) => scales.has(name))) continue;
    const groups = [...new Set(values.flatMap((name) => groupOf.get(name) ?? []))];
    if (groups.length < 2) continue;
    const members = groups.flatMap((group) => group.members);
    const clamps = members.flatMap((name) => plan.clamps.get(name) ?? []);
    const low = Math.min(0, ...groups.map(({ range }) => range.low));
    const high = Math.max(0, ...groups.map(({ range }) => range.high));
    // Holding a value within bytes stands for its clamp only while the bytes end where the clamp does.
    const sound = clamps.every((clamp) => low >= clamp.low && high <= clamp.high);
    const wide = groups.some(({ range, histogram }) => histogram.total > 0 && high - low > spread * (Math.max(0, range.high) - Math.min(0, range.low)));
    if (sound && !wide) put(members);
  }
  for (const [name, { range }] of groupOf) {
    const clamp = plan.clamps.get(name);
    scales.set(name, scaleOf(clamp ? { low: Math.max(range.low, clamp.low), high: Math.min(range.high, clamp.high) } : range));
  }
  return scales;
};
