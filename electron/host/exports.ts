import { open, type FileHandle } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { UserError, type CodecId, type Events, type JobId } from '../engine/contract/contract.js';

const extensions: Readonly<Record<CodecId, string>> = { h264: 'mp4', hevc: 'mp4', vp9: 'webm', prores: 'mov' };

/** What an annotated clip of `video` is called unless the user says otherwise. */
export const exportName = (video: string, codec: CodecId): string =>
  `${basename(video, extname(video)).slice(0, 180) || 'video'} boxes.${extensions[codec]}`;

/** Where running and finished exports of this session are written. */
export class Exports {
  readonly #paths = new Map<JobId, string>();
  /** Kept apart, since an export may be done before its start was answered. */
  readonly #done = new Set<JobId>();

  started(job: JobId, path: string): void {
    this.#paths.set(job, path);
  }

  heard(progress: Events['export']): void {
    if (progress.state === 'done') this.#done.add(progress.job);
  }

  /** Path of a finished export. */
  finished(job: JobId): string {
    const path = this.#paths.get(job);
    if (path === undefined || !this.#done.has(job)) {
      throw new UserError('usage', 'This clip is not finished.', 'Wait until it is, or export it again.');
    }
    return path;
  }

  download(job: JobId): { readonly name: string; open(): Promise<FileHandle> } | null {
    const path = this.#paths.get(job);
    return path !== undefined && this.#done.has(job) ? { name: basename(path), open: () => open(path, 'r') } : null;
  }
}
