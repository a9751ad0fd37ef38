import { stat } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve } from 'node:path';
import { UserError } from '../contract/contract.js';
import { Archive } from './archive.js';
import { readPictureFile } from './batches.js';
import type { PictureEntry } from './dataset.js';

/** Where a picture was found. */
type Place = { readonly archive: Archive; readonly member: string } | { readonly file: string };

const isZip = (path: string): boolean => path.toLowerCase().endsWith('.zip');

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isFile() ?? false;

/** A path inside `folder`; null for one that leads out of it. */
const inside = (folder: string, name: string): string | null => {
  const path = resolve(folder, name);
  const way = relative(folder, path);
  return way === '' || way.startsWith('..') || isAbsolute(way) ? null : path;
};

/** Finds pictures in folders and zip files, and reads their bytes. */
export class PictureFiles {
  readonly #archives = new Map<string, Archive>();
  readonly #places = new Map<number, Place>();

  private constructor(private readonly roots: readonly string[], private readonly signal: AbortSignal | undefined) {}

  /**
   * Looks for every picture in `roots`, folders and zip files: where a picture names an archive, in the
   * one of that name (given itself, or lying in a folder given), else in all of them.
   * Throws UserError 'bad-input' that says what is missing.
   */
  static async open(roots: readonly string[], pictures: readonly PictureEntry[], signal?: AbortSignal): Promise<PictureFiles> {
    const files = new PictureFiles(roots.map((root) => resolve(root)), signal);
    try {
      await files.#find(pictures);
      return files;
    } catch (error) {
      files.close();
      throw error;
    }
  }

  /** The bytes of a picture that was found. Throws UserError 'bad-input'. */
  async read({ id, file }: PictureEntry): Promise<Uint8Array> {
    const place = this.#places.get(id);
    if (place === undefined) throw new UserError('bad-input', `${file} was not looked for.`);
    if ('archive' in place) return place.archive.read(place.member);
    return readPictureFile(place.file);
  }

  close(): void {
    for (const archive of this.#archives.values()) archive.close();
    this.#archives.clear();
  }

  async #find(pictures: readonly PictureEntry[]): Promise<void> {
    const folders: string[] = [];
    for (const root of this.roots) {
      const found = await stat(root).catch(() => null);
      if (found === null) throw new UserError('bad-input', `There is nothing at ${root}.`, 'Name the folder or the zip file that holds the pictures.');
      if (found.isDirectory()) folders.push(root);
      else if (isZip(root)) await this.#archive(root);
      else throw new UserError('bad-input', `${root} is neither a folder nor a zip file.`, 'Name the folder or the zip file that holds the pictures.');
    }
    const missing: PictureEntry[] = [];
    for (const picture of pictures) {
      const place = await this.#placeOf(picture, folders);
      if (place === null) missing.push(picture);
      else this.#places.set(picture.id, place);
    }
    if (missing.length === 0) return;
    const [first] = missing;
    const where = first?.archive ? ` (in ${first.archive})` : '';
    throw new UserError(
      'bad-input', `${missing.length} of ${pictures.length} pictures were not found, among them ${first?.file ?? ''}${where}.`,
      'Name the folders or zip files that hold them with --images, or choose a --source.',
    );
  }

  async #placeOf({ file, archive }: PictureEntry, folders: readonly string[]): Promise<Place | null> {
    if (archive !== null) {
      const zip = await this.#named(archive, folders);
      return zip === null ? null : memberOf(zip, file);
    }
    for (const folder of folders) {
      const path = inside(folder, file);
      if (path !== null && (await isFile(path))) return { file: path };
    }
    for (const zip of this.#archives.values()) {
      const place = memberOf(zip, file);
      if (place !== null) return place;
    }
    return null;
  }

  async #named(name: string, folders: readonly string[]): Promise<Archive | null> {
    const given = this.roots.find((root) => isZip(root) && basename(root) === basename(name));
    if (given !== undefined) return this.#archive(given);
    for (const folder of folders) {
      const path = inside(folder, name);
      if (path !== null && (this.#archives.has(path) || (await isFile(path)))) return this.#archive(path);
    }
    return null;
  }

  async #archive(path: string): Promise<Archive> {
    const known = this.#archives.get(path);
    if (known !== undefined) return known;
    const archive = await Archive.open(path, this.signal);
    this.#archives.set(path, archive);
    return archive;
  }
}

/** COCO's archives hold a folder of their own name, which the annotations leave out. */
const memberOf = (archive: Archive, file: string): Place | null => {
  const own = `${basename(archive.path).replace(/\.zip$/i, '')}/${file}`;
  const member = [file, own].find((name) => archive.has(name));
  return member === undefined ? null : { archive, member };
};

