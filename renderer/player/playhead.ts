import type { PageBridge, RunId, Seconds } from '../../electron/engine/contract/contract.js';

export type Playhead = { readonly time: Seconds; readonly playing: boolean; readonly speed: number };

const interval = 100;

/** Tells the engine where the user looks: at once after a seek, else ten times a second at most. */
export class PlayheadReporter {
  #run: RunId | null = null;
  #last: Playhead | null = null;
  #sentAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly bridge: Pick<PageBridge, 'request'>) {}

  /** The run that follows from now on. */
  follow(run: RunId | null): void {
    this.#run = run;
    if (this.#last !== null) this.#send();
  }

  moved(to: Playhead, atOnce: boolean): void {
    const turned = this.#last?.playing !== to.playing || this.#last.speed !== to.speed;
    this.#last = to;
    const wait = this.#sentAt + interval - performance.now();
    if (atOnce || turned || wait <= 0) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), wait);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#run = null;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentAt = performance.now();
    if (this.#run === null || this.#last === null) return;
    // A run that has just ended does not care where the user looks.
    this.bridge.request('run.playhead', { run: this.#run, ...this.#last }).catch(() => undefined);
  }
}
