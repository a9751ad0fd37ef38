import { basename } from 'node:path';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { UserError } from '../contract/contract.js';
import { largestPicture } from './batches.js';

const mostMembers = 2_000_000;

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A zip file whose members are read one by one, wherever they lie in it. */
export class Archive {
  private constructor(
    readonly path: string,
    private readonly zip: ZipFile,
    private readonly members: ReadonlyMap<string, Entry>,
  ) {}

  /** Reads the list of members. Throws UserError 'bad-input'. */
  static async open(path: string, signal?: AbortSignal): Promise<Archive> {
    let zip: ZipFile | null = null;
    try {
      zip = await openPromise(path, { autoClose: false });
      if (zip.entryCount > mostMembers) throw new Error(`it says it has ${zip.entryCount} members`);
      const members = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) {
        if (signal?.aborted) throw signal.reason;
        if (!entry.fileName.endsWith('/')) members.set(entry.fileName, entry);
      }
      return new Archive(path, zip, members);
    } catch (error) {
      zip?.close();
      if (signal?.aborted) throw error;
      throw new UserError('bad-input', `${basename(path)} cannot be read as a zip file: ${words(error)}.`, 'Fetch it again, or unpack it and name the folder.', { cause: error });
    }
  }

  /** Names of all members, as the archive lists them. */
  get names(): readonly string[] {
    return [...this.members.keys()];
  }

  has(name: string): boolean {
    return this.members.has(name);
  }

  /** The bytes of a member. Throws UserError 'bad-input'. */
  async read(name: string): Promise<Uint8Array> {
    const entry = this.members.get(name);
    const refuse = (what: string, cause?: unknown): UserError =>
      new UserError('bad-input', `${name} in ${basename(this.path)} cannot be read: ${what}.`, undefined, { cause });
    if (entry === undefined) throw refuse('it is not there');
    if (entry.uncompressedSize > largestPicture) throw refuse(`it has ${entry.uncompressedSize} bytes; at most ${largestPicture} are unpacked`);
    if (entry.isEncrypted()) throw refuse('it is encrypted');
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of await this.zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    } catch (error) {
      throw refuse(words(error), error);
    }
  }

  close(): void {
    this.zip.close();
  }
}
