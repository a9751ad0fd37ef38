/** Tells how far something is: at most once in `ms` milliseconds, the newest state in any case unless it ended before. */
export class Seldom<State> {
  #newest: State | null = null;
  #timer: NodeJS.Timeout | null = null;
  #told = 0;
  #ended = false;

  constructor(private readonly ms: number, private readonly emit: (state: State) => void) {}

  tell(state: State): void {
    if (this.#ended) return;
    this.#newest = state;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#told = performance.now();
      if (this.#newest !== null) this.emit(this.#newest);
    }, Math.max(0, this.#told + this.ms - performance.now()));
  }

  /** From now on nothing is told. */
  end(): void {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
