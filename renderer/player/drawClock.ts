import type { Quantiles } from '../../electron/engine/contract/contract.js';

/** Collects how long drawing takes and tells it now and then. */
export class DrawClock {
  #spent: number[] = [];
  #told = 0;

  constructor(private readonly tell: (draw: Quantiles) => void) {}

  add(spent: number, now: number): void {
    this.#spent.push(spent);
    if (this.#spent.length > 120) this.#spent.shift();
    if (now - this.#told < 500) return;
    this.#told = now;
    const sorted = [...this.#spent].sort((a, b) => a - b);
    const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) as Quantiles['p50'];
    this.tell({ p50: at(0.5), p95: at(0.95) });
  }
}
