/**
 * Boxes a head proposes, before suppression: model pixels, one class each. Kept from frame to
 * frame, so that decoding allocates nothing once it has grown.
 */
export class Candidates {
  #corners = new Float32Array(4 * 1024);
  #score = new Float32Array(1024);
  #classId = new Int32Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** x1 y1 x2 y2 of candidate `n` at `4 * n`. */
  get corners(): Float32Array {
    return this.#corners;
  }

  get scores(): Float32Array {
    return this.#score;
  }

  get classIds(): Int32Array {
    return this.#classId;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Adds one box. The caller has compared the score with its floor; a box that is no number is left out. */
  add(x1: number, y1: number, x2: number, y2: number, score: number, classId: number): void {
    // A sum is NaN or infinite as soon as one of its terms is.
    if (!Number.isFinite(x1 + y1 + x2 + y2 + score)) return;
    if (this.#count === this.#score.length) this.#grow();
    const n = this.#count++;
    const at = n * 4;
    this.#corners[at] = x1;
    this.#corners[at + 1] = y1;
    this.#corners[at + 2] = x2;
    this.#corners[at + 3] = y2;
    this.#score[n] = score;
    this.#classId[n] = classId;
  }

  #grow(): void {
    const size = this.#score.length * 2;
    const corners = new Float32Array(4 * size);
    corners.set(this.#corners);
    this.#corners = corners;
    const score = new Float32Array(size);
    score.set(this.#score);
    this.#score = score;
    const classId = new Int32Array(size);
    classId.set(this.#classId);
    this.#classId = classId;
  }
}
