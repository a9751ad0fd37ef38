/** A number with `digits` significant digits, without exponents. */
export const number = (value: number, digits = 2): string =>
  (value >= 10 ** digits ? value.toFixed(0) : value.toPrecision(Math.max(1, digits)));

export const percent = (share: number, digits = 0): string => `${(share * 100).toFixed(digits)} %`;

/** 'a', 'a and b', 'a, b and c'. */
export const list = (words: readonly string[]): string =>
  (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1] ?? ''}`);

/** The least and the greatest in words, or one where both read the same. */
export const range = (values: readonly number[], word: (value: number) => string = number): string => {
  const [least, most] = [word(Math.min(...values)), word(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
};

/** Differences below this are not told as such, whatever the noise. */
const leastDifference = 0.03;

/** Whether a ratio of times tells more than the noise does: 1 for slower, -1 for faster, 0 for neither. */
export const verdictOf = (ratio: number, noise: number): -1 | 0 | 1 => {
  const threshold = Math.max(leastDifference, noise);
  return ratio > 1 + threshold ? 1 : ratio < 1 / (1 + threshold) ? -1 : 0;
};

/** A sentence about how much rounds differ; '' where that is little. */
export const noiseSentence = (noise: number): string =>
  (noise > 0.1 ? ` The machine was busy: rounds of the same graph differ by ${percent(noise)}, so smaller differences mean nothing.` : '');
