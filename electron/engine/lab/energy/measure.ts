import type { EnergyFigures } from '../../contract/contract.js';
import type { PowerMeter, PowerReader, PowerSample } from './types.js';

/** Energy measured along with a comparison. */
export class EnergyRun {
  readonly #reader: PowerReader;
  #idle: PowerSample[] = [];

  constructor(readonly meter: PowerMeter) {
    this.#reader = meter.open();
  }

  /** Waits while nothing works, and takes what power that needs. Rejects with the signal's reason. */
  async rest(milliseconds: number, signal: AbortSignal): Promise<void> {
    const from = performance.now();
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const timer = setTimeout(done, this.meter.settle + milliseconds);
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort, { once: true });
    });
    this.#idle.push(...this.#reader.between(from + this.meter.settle, performance.now()));
  }

  get idle(): readonly PowerSample[] {
    return this.#idle;
  }

  /** Why readings stopped, in a sentence; null while they come. */
  get fault(): string | null {
    return this.#reader.fault;
  }

  between(from: number, to: number): readonly PowerSample[] {
    return this.#reader.between(from + this.meter.settle, to);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}

/** Mean of power over time: each reading counts as long as it reaches. */
export const meanWatts = (samples: readonly PowerSample[]): number => {
  const time = samples.reduce((sum, { from, to }) => sum + (to - from), 0);
  return samples.reduce((sum, { from, to, watts }) => sum + watts * (to - from), 0) / time;
};

/** Readings that are too few say nothing. */
const fewest = 3;

/** The paper's Eq. 2: mean power over the turns ÷ pictures a second. Null where there are too few readings. */
export const energyFigures = (
  energy: Pick<EnergyRun, 'meter' | 'idle' | 'between'>, turns: readonly { readonly from: number; readonly to: number }[], framesPerSecond: number,
): EnergyFigures | null => {
  const samples = turns.flatMap(({ from, to }) => energy.between(from, to));
  if (samples.length < fewest || energy.idle.length < fewest) return null;
  const watts = meanWatts(samples);
  return { joulesPerImage: watts / framesPerSecond, watts, idleWatts: meanWatts(energy.idle), samples: samples.length, meter: energy.meter.title };
};
