import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { UserError } from '../engine/contract/contract.js';
import { textAnswer, type PageAnswer, type PageRequest } from './answer.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon', '.webp': 'image/webp', '.woff2': 'font/woff2',
  '.json': 'application/json', '.webmanifest': 'application/manifest+json', '.txt': 'text/plain; charset=utf-8',
};

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return entry.isFile() && extname(entry.name) in types ? [path] : [];
  });

/**
 * The page's own files as a fixed table from address to file, made once: what is not in it is not
 * there, whatever the address looks like.
 */
export class Pages {
  readonly #files: ReadonlyMap<string, string>;

  constructor(folder: string) {
    if (!existsSync(join(folder, 'index.html'))) {
      throw new UserError('missing', 'The page of VoVision is not built.', 'Run “npm run build”.');
    }
    const files = new Map<string, string>();
    for (const path of filesIn(folder)) files.set(`/${relative(folder, path).split(sep).join('/')}`, path);
    const index = files.get('/index.html');
    if (index !== undefined) files.set('/', index);
    this.#files = files;
  }

  /** The file at this address, or 404. */
  async serve(request: PageRequest): Promise<PageAnswer> {
    const path = this.#files.get(request.pathname);
    if (path === undefined) return textAnswer(404, 'There is nothing here.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return textAnswer(405, 'Only reading is possible.', { allow: 'GET, HEAD' });
    const { size } = await stat(path);
    // Names under assets/ carry a hash of what is in them.
    const hashed = request.pathname.startsWith('/assets/');
    const body = request.method === 'HEAD' ? null : createReadStream(path);
    body?.on('error', () => undefined);
    return {
      status: 200,
      headers: {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        'content-length': String(size),
        'cache-control': hashed ? 'private, max-age=31536000, immutable' : 'no-store',
      },
      body,
    };
  }
}
