/** What the user set for each model, by its id, 0..1; what was set last stands last. */
export type OwnConfidences = ReadonlyMap<string, number>;

/** Characters that a setting may have. */
const longest = 4096;

/** As a setting, without what was set first where all would be too long; null while nothing was set. */
export const storedConfidences = (own: OwnConfidences): string | null => {
  if (own.size === 0) return null;
  const pairs = [...own];
  let text = JSON.stringify(pairs);
  while (text.length > longest) {
    pairs.shift();
    text = JSON.stringify(pairs);
  }
  return text;
};

/** The same back again, as far as it can be believed. */
export const readConfidences = (stored: unknown): OwnConfidences => {
  let found: unknown = null;
  try {
    found = typeof stored === 'string' ? JSON.parse(stored) : null;
  } catch {
    // Not ours: nothing was set.
  }
  const pairs: readonly unknown[] = Array.isArray(found) ? found : [];
  return new Map(pairs.filter((pair): pair is readonly [string, number] =>
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && typeof pair[1] === 'number' && pair[1] >= 0 && pair[1] <= 1));
};
