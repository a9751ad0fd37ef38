import { sampleEvery, type PowerReader, type PowerSample } from './types.js';

/** Readings in a row that may fail before it is said that no more come. */
const patience = 10;

/** The readings so far, oldest first. */
export class Samples {
  readonly #all: PowerSample[] = [];

  add(sample: PowerSample): void {
    this.#all.push(sample);
  }

  between(from: number, to: number): readonly PowerSample[] {
    return this.#all.filter((sample) => sample.from >= from && sample.to <= to);
  }
}

/**
 * Reads something every 100 ms. `read` gives what was taken since it was last called (null where that
 * cannot be told yet); a reading that fails is left out, and when they go on failing the reader says so.
 */
export const pollPower = (read: (now: number) => Promise<Omit<PowerSample, 'to'> | null>, gone: string): PowerReader => {
  const samples = new Samples();
  let failures = 0;
  let fault: string | null = null;
  let busy = false;
  const once = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      const now = performance.now();
      const sample = await read(now);
      if (sample !== null && Number.isFinite(sample.watts) && sample.watts >= 0) samples.add({ ...sample, to: now });
      failures = 0;
      fault = null;
    } catch {
      failures += 1;
      if (failures >= patience) fault = gone;
    } finally {
      busy = false;
    }
  };
  void once();
  const timer = setInterval(() => void once(), sampleEvery);
  return {
    between: (from, to) => samples.between(from, to),
    get fault() {
      return fault;
    },
    close: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
};
