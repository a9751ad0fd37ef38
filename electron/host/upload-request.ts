import type { IncomingMessage } from 'node:http';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { errorData, isAbort, UserError, type ModelAdded, type Opened } from '../engine/contract/contract.js';
import { textAnswer, type PageAnswer, type PageRequest } from './answer.js';
import type { Emit } from './engine-link.js';
import type { Host } from './host.js';
import { keepModel } from './model-files.js';
import { safeName, type Uploads } from './uploads.js';

export type UploadContext = { readonly host: Host; readonly uploads: Uploads; readonly dataFolder: string; readonly emit: Emit };

/** Milliseconds between two reports of progress. */
const rhythm = 200;

const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): PageAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  body: Readable.from([Buffer.from(JSON.stringify(value))]),
});

const openVideo = async ({ host, uploads }: UploadContext, path: string): Promise<Opened> => {
  const [opened] = await host.open([path], true);
  if (!opened) throw new UserError('internal', 'The video was not opened.');
  if (opened.kind === 'refused') await uploads.discard(path);
  return opened;
};

const openModel = async ({ host, uploads, dataFolder }: UploadContext, path: string): Promise<ModelAdded> => {
  try {
    const kept = await keepModel(path, dataFolder);
    return await host.addModel(kept).catch(async (error: unknown) => {
      await rm(kept, { force: true });
      throw error;
    });
  } finally {
    await uploads.discard(path);
  }
};

/**
 * `POST /upload?kind=video|model&name=…` with the file as body: takes it in and opens it. Answers
 * what opening answered (200), or the error (422).
 */
export const answerUpload = async (context: UploadContext, request: IncomingMessage, asked: PageRequest): Promise<PageAnswer> => {
  if (asked.method !== 'POST') return textAnswer(405, 'Files are sent with POST.', { allow: 'POST' });
  const kind = asked.query.get('kind') ?? 'video';
  const name = asked.query.get('name') ?? '';
  if ((kind !== 'video' && kind !== 'model') || name === '' || name.length > 4096) return textAnswer(400, 'kind and name are needed.');
  const total = Number(asked.header('content-length') ?? Number.NaN);
  let told = 0;
  try {
    const path = await context.uploads.receive(name, total, request, (received) => {
      const now = Date.now();
      if (received < total && now - told < rhythm) return;
      told = now;
      context.emit('upload', { name, received, total });
    });
    return json(200, kind === 'video' ? await openVideo(context, path) : await openModel(context, path));
  } catch (error) {
    // A request that was read to its end is destroyed too.
    if (isAbort(error) || (request.destroyed && !request.complete)) return textAnswer(499, 'The sender left.');
    const data = errorData(error);
    // What has not been read of the body is not wanted: the connection ends with the answer.
    const rest: Record<string, string> = request.complete ? {} : { connection: 'close' };
    return json(422, kind === 'video' ? { kind: 'refused', name: safeName(name), error: data } : data, rest);
  }
};
