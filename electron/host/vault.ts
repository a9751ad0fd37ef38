import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize } from 'node:path';
import { z } from 'zod';
import { UserError, type Recent, type Settings, type Token, type VideoInfo } from '../engine/contract/contract.js';
import { JsonFile } from './json-file.js';

/** A file that a token stands for. */
export type VaultEntry = {
  readonly token: Token;
  /** Real path, symbolic links resolved when the file was chosen. */
  readonly path: string;
  readonly name: string;
  /** A copy that is gone when the program ends; never remembered. */
  readonly temporary: boolean;
};

type Known = VaultEntry & { openedAt: number; info: VideoInfo | null };

const maxRecents = 24;
const recentsSchema = z.array(
  z.object({ token: z.string().regex(/^[A-Za-z0-9_-]{22,64}$/), path: z.string().min(1), name: z.string(), openedAt: z.number() }),
);
const settingsSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** 192 random bits, safe in an address. */
export const newToken = (): Token => randomBytes(24).toString('base64url');

const unreadable = (path: string, cause: unknown): UserError => {
  const code = (cause as NodeJS.ErrnoException).code;
  const name = basename(path);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UserError('bad-input', `${name} is not there any more.`, 'It was moved, renamed or deleted; open it from where it is now.', { cause });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new UserError('bad-input', `${name} may not be read.`, 'Give yourself the right to read it, or copy it to a folder of yours.', { cause });
  }
  return new UserError('bad-input', `${name} cannot be opened (${code ?? String(cause)}).`, undefined, { cause });
};

/**
 * Knows which files the user chose. The page holds tokens only; a token can be read through after
 * the file was opened in this session, and only while its path still leads to the same file.
 */
export class Vault {
  readonly #known = new Map<Token, Known>();
  readonly #recents: JsonFile<z.output<typeof recentsSchema>>;
  readonly #settingsFile: JsonFile<z.output<typeof settingsSchema>>;
  #settings: Settings = {};

  private constructor(dataFolder: string) {
    this.#recents = new JsonFile(join(dataFolder, 'recents.json'), recentsSchema, 1);
    this.#settingsFile = new JsonFile(join(dataFolder, 'settings.json'), settingsSchema, 1);
  }

  static async load(dataFolder: string): Promise<Vault> {
    const vault = new Vault(dataFolder);
    for (const recent of (await vault.#recents.read()) ?? []) {
      vault.#known.set(recent.token, { ...recent, temporary: false, info: null });
    }
    vault.#settings = (await vault.#settingsFile.read()) ?? {};
    return vault;
  }

  get settings(): Settings {
    return this.#settings;
  }

  async saveSettings(settings: Settings): Promise<void> {
    this.#settings = { ...this.#settings, ...settings };
    await this.#settingsFile.write({ ...this.#settings });
  }

  /** The token for a file the user chose; the same file keeps its token. */
  async admit(chosen: string, temporary = false): Promise<VaultEntry> {
    if (!isAbsolute(chosen) || chosen.includes('\0')) {
      throw new UserError('bad-input', `“${chosen.replaceAll('\0', '␀')}” is not a file on this computer.`);
    }
    let path: string;
    try {
      path = await realpath(normalize(chosen));
      const found = await stat(path);
      if (found.isDirectory()) {
        throw new UserError('bad-input', `${basename(path)} is a folder.`, 'Open the videos in it instead.');
      }
      if (!found.isFile()) throw new UserError('bad-input', `${basename(path)} is not an ordinary file.`);
      await access(path, constants.R_OK);
    } catch (error) {
      throw error instanceof UserError ? error : unreadable(chosen, error);
    }
    const same = [...this.#known.values()].find((entry) => entry.path === path);
    if (same) return same;
    // The name the user chose by, which a symbolic link may give.
    const entry: Known = { token: newToken(), path, name: basename(chosen), temporary, openedAt: 0, info: null };
    this.#known.set(entry.token, entry);
    return entry;
  }

  /** Makes the file readable through its token, and remembers it. */
  async opened(token: Token, info: VideoInfo): Promise<void> {
    const entry = this.#known.get(token);
    if (!entry) return;
    entry.info = info;
    entry.openedAt = Date.now();
    await this.#save();
  }

  /** Drops a file that turned out not to be a video. */
  dismiss(token: Token): void {
    const entry = this.#known.get(token);
    if (entry && entry.info === null && entry.openedAt === 0) this.#known.delete(token);
  }

  /** Takes the file off the list of recent ones; where it is open now it stays so. */
  async forget(token: Token): Promise<void> {
    const entry = this.#known.get(token);
    if (!entry) return;
    entry.openedAt = 0;
    if (!entry.info) this.#known.delete(token);
    await this.#save();
  }

  /** A file that was chosen at some time, in this session or an earlier one. */
  find(token: Token): VaultEntry {
    const entry = this.#known.get(token);
    if (!entry) throw new UserError('bad-input', 'This video is not open.', 'Open it again.');
    return entry;
  }

  /** What the engine said of a video that is open now. */
  info(token: Token): VideoInfo {
    const info = this.#known.get(token)?.info;
    if (!info) throw new UserError('bad-input', 'This video is not open.', 'Open it again.');
    return info;
  }

  /** The entry of a file about to be opened again, if it still is where it was. */
  async recheck(token: Token): Promise<VaultEntry> {
    const entry = this.find(token);
    await (await openSame(entry.path)).close();
    return entry;
  }

  /** Opens the file behind the token of an open video for reading; the caller closes it. */
  async read(token: Token): Promise<{ readonly entry: VaultEntry; readonly file: FileHandle }> {
    this.info(token);
    const entry = this.find(token);
    return { entry, file: await openSame(entry.path) };
  }

  async recents(): Promise<readonly Recent[]> {
    const newest = [...this.#known.values()]
      .filter((entry) => !entry.temporary && entry.openedAt > 0)
      .sort((a, b) => b.openedAt - a.openedAt)
      .slice(0, maxRecents);
    return Promise.all(
      newest.map(async ({ token, name, openedAt, path }) => ({
        video: token, name, openedAt, missing: await access(path, constants.R_OK).then(() => false, () => true),
      })),
    );
  }

  async #save(): Promise<void> {
    const kept = [...this.#known.values()]
      .filter((entry) => !entry.temporary && entry.openedAt > 0)
      .sort((a, b) => b.openedAt - a.openedAt)
      .slice(0, maxRecents)
      .map(({ token, path, name, openedAt }) => ({ token, path, name, openedAt }));
    // A full or read-only disk must not keep a video from opening.
    await this.#recents.write(kept).catch(() => undefined);
  }
}

/** Windows has no such flag. */
const nonBlocking = (constants.O_NONBLOCK as number | undefined) ?? 0;

/** Opens `path` if it still is what it was: an ordinary file, not led elsewhere by a new link. */
const openSame = async (path: string): Promise<FileHandle> => {
  let file: FileHandle | undefined;
  try {
    if ((await realpath(path)) !== path) throw Object.assign(new Error('moved'), { code: 'ENOENT' });
    // A pipe that took the file's place must not be waited for.
    file = await open(path, constants.O_RDONLY | nonBlocking);
    if (!(await file.stat()).isFile()) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
    return file;
  } catch (error) {
    await file?.close();
    throw unreadable(path, error);
  }
};
