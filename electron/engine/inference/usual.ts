import { fasterLimits, type ProviderId } from '../contract/contract.js';

/** A model that comes with the program, and how long one picture takes it here, in ms, by provider; empty where nothing was tried. */
export type Candidate = {
  readonly id: string;
  /** Which network, of one size, it is a form of, and what that costs for one picture. */
  readonly network: string;
  readonly multiplyAdds: number;
  /** How much it finds: mean AP50 over the sets it was measured on, 0..1; null where it was measured on none. */
  readonly accuracy: number | null;
  readonly form: 'float32' | 'float16' | 'int8';
  readonly times: Readonly<Partial<Record<ProviderId, number>>>;
};

export type Usual = {
  readonly id: string;
  /** How long one picture takes on the provider that suits it best, in ms; null where that is not known. */
  readonly time: number | null;
};

/**
 * Most that one picture may take, in ms: thirty a second, of which decoding and the page get a quarter.
 */
export const realTime = 0.75 * (1000 / 30);

/** Bytes pay on processors; graphics cards have halves, and run the rest of an int8 graph piece by piece. */
const runsOn = (form: Candidate['form'], provider: ProviderId): boolean =>
  form === 'float32' || (form === 'int8') === (provider === 'cpu');

type Timed = { readonly candidate: Candidate; readonly time: number };

/** The best form of one network: float32, unless another is clearly faster, or is real time where it is not. */
const bestForm = (forms: readonly Candidate[], asked: ProviderId | 'auto'): Timed | null => {
  const timed = forms.flatMap((candidate): readonly Timed[] =>
    (Object.entries(candidate.times) as [ProviderId, number][])
      .filter(([provider]) => (asked === 'auto' || asked === provider) && runsOn(candidate.form, provider))
      .map(([, time]) => ({ candidate, time })));
  const fastest = (among: readonly Timed[]): Timed | null => among.reduce<Timed | null>((best, one) => (best === null || one.time < best.time ? one : best), null);
  const [any, whole] = [fastest(timed), fastest(timed.filter(({ candidate }) => candidate.form === 'float32'))];
  if (any === null || whole === null) return any;
  return whole.time >= fasterLimits.ratio * any.time || (whole.time > realTime && any.time <= realTime) ? any : whole;
};

/** Networks with their forms, the smallest first. */
export const byNetwork = (candidates: readonly Candidate[]): readonly (readonly Candidate[])[] => {
  const networks = new Map<string, Candidate[]>();
  for (const candidate of candidates) networks.set(candidate.network, [...(networks.get(candidate.network) ?? []), candidate]);
  return [...networks.values()].sort(([a], [b]) => (a?.multiplyAdds ?? 0) - (b?.multiplyAdds ?? 0));
};

/** What a larger network must find more, in mean AP50, to be worth its time and power. */
const worthwhile = 0.01;

const isWorthMore = (one: Candidate, than: Candidate): boolean => (one.accuracy ?? 0) >= (than.accuracy ?? 0) + worthwhile;

/** The one that finds most; `timed` begins with the smallest network, which stays where a larger one finds hardly more or nobody knows. */
const findsMost = (timed: readonly Timed[]): Timed | null =>
  timed.reduce<Timed | null>((best, one) => (best === null || isWorthMore(one.candidate, best.candidate) ? one : best), null);

/**
 * The model that is used where none was chosen: of the networks that find objects in real time on what
 * `asked` names the one that finds most, in the form that suits it; the fastest where none does. Where nothing was tried, the
 * smallest in the form that pays on any processor of the last years. Null where there is no candidate.
 */
export const usualOf = (candidates: readonly Candidate[], asked: ProviderId | 'auto' = 'auto'): Usual | null => {
  const networks = byNetwork(candidates);
  const best = networks.flatMap((forms) => bestForm(forms, asked) ?? []);
  const able = findsMost(best.filter(({ time }) => time <= realTime));
  const fastest = best.reduce<Timed | null>((least, one) => (least === null || one.time < least.time ? one : least), null);
  const chosen = able ?? fastest;
  if (chosen !== null) return { id: chosen.candidate.id, time: chosen.time };
  const [smallest = []] = networks;
  const form = asked === 'auto' || asked === 'cpu' ? 'int8' : 'float32';
  const guess = smallest.find((candidate) => candidate.form === form) ?? smallest[0];
  return guess === undefined ? null : { id: guess.id, time: null };
};

/** Whether a network, however fast, could be chosen beside what was tried so far: not where one that is real time finds as much. */
export const couldBeChosen = (forms: readonly Candidate[], tried: readonly Candidate[]): boolean => {
  const usual = usualOf(tried);
  const best = usual === null || usual.time === null || usual.time > realTime ? undefined : tried.find(({ id }) => id === usual.id);
  return best === undefined || forms.some((form) => isWorthMore(form, best));
};
