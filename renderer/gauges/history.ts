/** One reading: when (milliseconds, any origin) and what; null where it was not known. */
export type Reading = { readonly at: number; readonly value: number | null };

/** The readings of the last `span` milliseconds, oldest first. */
export class History {
  #readings: Reading[] = [];
  constructor(readonly span: number) {}

  get readings(): readonly Reading[] {
    return this.#readings;
  }

  add(at: number, value: number | null): void {
    const from = at - this.span;
    const kept = this.#readings.findIndex((reading) => reading.at >= from);
    if (kept !== 0) this.#readings = kept < 0 ? [] : this.#readings.slice(kept);
    this.#readings.push({ at, value });
  }

  clear(): void {
    this.#readings = [];
  }
}

/** Unbroken stretches of known readings; silence longer than `gap` milliseconds breaks one. */
export const stretchesOf = (readings: readonly Reading[], gap: number): readonly (readonly { at: number; value: number }[])[] => {
  const found: { at: number; value: number }[][] = [];
  let before: Reading | undefined;
  for (const reading of readings) {
    if (reading.value !== null) {
      const joins = before !== undefined && before.value !== null && reading.at - before.at <= gap;
      const last = found[found.length - 1];
      if (joins && last !== undefined) last.push({ at: reading.at, value: reading.value });
      else found.push([{ at: reading.at, value: reading.value }]);
    }
    before = reading;
  }
  return found;
};

/** The smallest of 1, 2, 5, 10, 20, 50 ... that is not below `value`, so that the scale seldom moves. */
export const scaleFor = (value: number): number => {
  if (!(value > 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
};
