import { dirname, isAbsolute, sep } from 'node:path';
import { errorData, errorFromData, type ErrorData, type FasterProgress } from '../engine/contract/contract.js';

/**
 * Keeps paths out of what the page is told: messages of the engine, of FFmpeg and of the system name
 * files by their whole path, the page knows them by name only.
 */
export class FileNames {
  /** Longest first, so that a folder within another is taken off whole. */
  #folders: readonly string[] = [];

  /** From now on files beside `path`, and within the folders there, are named without what leads to them. */
  add(path: string): void {
    const folder = dirname(path);
    const start = folder.endsWith(sep) ? folder : folder + sep;
    if (!isAbsolute(path) || start === sep || this.#folders.includes(start)) return;
    this.#folders = [...this.#folders, start].sort((a, b) => b.length - a.length);
  }

  hide(error: ErrorData): ErrorData {
    const { kind, message, hint } = error;
    return { kind, message: this.#strip(message), ...(hint !== undefined && { hint: this.#strip(hint) }) };
  }

  /** The same in all that is told of a model's new forms: why one could not be made or did not run, and the verdict, which says so again. */
  hideIn(progress: FasterProgress): FasterProgress {
    const { error, forms, outcome } = progress;
    const hide = (given: ErrorData | null): ErrorData | null => (given === null ? null : this.hide(given));
    return {
      ...progress,
      error: hide(error),
      forms: forms.map((form) => ({ ...form, error: hide(form.error), times: form.times.map((time) => ({ ...time, error: time.error === null ? null : this.#strip(time.error) })) })),
      outcome: outcome === null ? null : { ...outcome, verdict: this.#strip(outcome.verdict) },
    };
  }

  /** What `work` gives, or its error with names in place of paths. */
  async hiding<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Error && this.#strip(error.message) === error.message) throw error;
      throw errorFromData(this.hide(errorData(error)));
    }
  }

  #strip(text: string): string {
    return this.#folders.reduce((rest, folder) => rest.replaceAll(`file:${folder}`, '').replaceAll(folder, ''), text);
  }
}
