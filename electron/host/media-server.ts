import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import { isAbort, UserError, type JobId, type Token } from '../engine/contract/contract.js';
import { textAnswer, type PageAnswer, type PageRequest } from './answer.js';
import { byteRange } from './byte-range.js';
import type { Proxies } from './proxies.js';
import type { Vault } from './vault.js';

/** A finished clip, where the host hands it over as a download. */
export type FindExport = (job: JobId) => { readonly name: string; open(): Promise<FileHandle> } | null;

export type MediaSources = { readonly vault: Vault; readonly proxies: Proxies; readonly findExport: FindExport };

const types: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4', '.m4v': 'video/mp4', '.mov': 'video/mp4', '.webm': 'video/webm', '.mkv': 'video/x-matroska',
  '.ogv': 'video/ogg', '.ogg': 'video/ogg', '.3gp': 'video/3gpp',
};
const typeOf = (name: string): string => types[extname(name).toLowerCase()] ?? 'application/octet-stream';

/** `bytes` of an open file, which is closed with the stream. */
const send = async (file: FileHandle, request: PageRequest, headers: Readonly<Record<string, string>>): Promise<PageAnswer> => {
  try {
    const { size, mtimeMs } = await file.stat();
    const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
    const all = { ...headers, etag, 'accept-ranges': 'bytes', 'cache-control': 'no-store' };
    const condition = request.header('if-range');
    const range = condition !== null && condition !== etag ? 'all' : byteRange(request.header('range'), size);
    if (range === 'outside') {
      await file.close();
      return textAnswer(416, 'There is nothing there.', { 'content-range': `bytes */${size}`, 'accept-ranges': 'bytes' });
    }
    const { start, end } = range === 'all' ? { start: 0, end: size - 1 } : range;
    const answer = {
      status: range === 'all' ? 200 : 206,
      headers: {
        ...all,
        'content-length': String(end - start + 1),
        ...(range !== 'all' && { 'content-range': `bytes ${start}-${end}/${size}` }),
      },
    };
    if (request.method === 'HEAD' || end < start) {
      await file.close();
      return { ...answer, body: null };
    }
    const body = file.createReadStream({ start, end, highWaterMark: 256 * 1024 });
    request.signal.addEventListener('abort', () => void body.destroy(), { once: true });
    // Reading may fail half-way (a pulled drive): whoever pipes the stream sees it end.
    body.on('error', () => undefined);
    return { ...answer, body };
  } catch (error) {
    await file.close();
    throw error;
  }
};

const media = async (sources: MediaSources, video: Token, request: PageRequest): Promise<PageAnswer> => {
  const { entry, file } = await sources.vault.read(video);
  return send(file, request, { 'content-type': typeOf(entry.name) });
};

const proxy = async (sources: MediaSources, video: Token, request: PageRequest): Promise<PageAnswer> => {
  sources.vault.info(video);
  const text = request.query.get('t') ?? '0';
  const from = /^\d{1,7}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(from)) return textAnswer(400, 't must be seconds from the first frame, 0 or more.');
  if (request.method === 'HEAD') return { status: 200, headers: { 'content-type': 'video/mp4', 'cache-control': 'no-store' }, body: null };
  const opened = await sources.proxies.open(sources.vault.find(video).path, from, request.signal);
  const { stream } = opened;
  stream.on('error', () => undefined);
  stream.once('close', () => opened.close());
  request.signal.addEventListener('abort', () => void stream.destroy(), { once: true });
  if (request.signal.aborted) stream.destroy();
  return { status: 200, headers: { 'content-type': opened.mime.split(';')[0] ?? '', 'cache-control': 'no-store', 'accept-ranges': 'none' }, body: stream };
};

const download = async (sources: MediaSources, job: JobId, request: PageRequest): Promise<PageAnswer> => {
  const found = sources.findExport(job);
  if (!found) return textAnswer(404, 'There is no such clip.');
  const name = encodeURIComponent(found.name).replaceAll("'", '%27');
  return send(await found.open(), request, {
    'content-type': typeOf(found.name),
    'content-disposition': `attachment; filename*=UTF-8''${name}`,
  });
};

const routes = { media, proxy, export: download } as const;

/** Answers /media/, /proxy/ and /export/ requests; null for every other address. */
export const serveMedia = async (sources: MediaSources, request: PageRequest): Promise<PageAnswer | null> => {
  const [, kind, token] = /^\/(media|proxy|export)\/(.*)$/s.exec(request.pathname) ?? [];
  if (kind === undefined || token === undefined) return null;
  if (request.method !== 'GET' && request.method !== 'HEAD') return textAnswer(405, 'Only reading is possible.', { allow: 'GET, HEAD' });
  if (!/^[A-Za-z0-9_-]{16,64}$/.test(token)) return textAnswer(404, 'There is no such video.');
  try {
    return await routes[kind as keyof typeof routes](sources, token, request);
  } catch (error) {
    if (isAbort(error)) return textAnswer(499, 'Nobody waits for this any more.');
    if (error instanceof UserError) return textAnswer(error.kind === 'bad-input' ? 404 : 500, error.message);
    return textAnswer(500, 'The video could not be read.');
  }
};
