import { fasterLimits, type FasterForm, type ModelForm } from '../contract/contract.js';

/** Boxes of both that must have been compared: of fewer, one that is missing would decide. */
export const fewestBoxes = 20;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const times = (ratio: number): string => `${ratio.toFixed(2)} times as fast`;

/** Why a form does not take the original's place; null where it may. */
const against = ({ form, agreement, ratio, error, times: measured }: FasterForm): string | null => {
  if (error !== null) return `${form} could not be made: ${error.message}`;
  if (agreement === null) return `${form} was not compared.`;
  if (ratio === null) return `${form} did not run: ${measured.find((one) => one.error !== null)?.error ?? 'it was not measured.'}`;
  if (agreement < fasterLimits.agreement) return `${form} is ${times(ratio)}, but finds only ${percent(agreement)} the same.`;
  if (ratio < fasterLimits.ratio) return `${form} finds ${percent(agreement)} the same, but is only ${times(ratio)}.`;
  return null;
};

/** The fastest form that finds the same and is worth it, and why; the original where there is none, and what speaks against the others. */
export const judge = (forms: readonly FasterForm[]): { readonly winner: ModelForm; readonly verdict: string } => {
  const others = forms.filter(({ form }) => form !== 'original');
  const [best] = others.filter((form) => against(form) === null).sort((a, b) => (b.ratio ?? 0) - (a.ratio ?? 0));
  if (best !== undefined) {
    return { winner: best.form, verdict: `${best.form} is ${times(best.ratio ?? 0)} as the original and finds ${percent(best.agreement ?? 0)} the same.` };
  }
  return { winner: 'original', verdict: others.flatMap((form) => against(form) ?? []).join(' ') };
};
