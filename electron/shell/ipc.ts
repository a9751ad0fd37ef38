import { ipcMain, type IpcMainInvokeEvent, type WebContents, type WebFrameMain } from 'electron';
import { basename, isAbsolute } from 'node:path';
import { errorData, UserError, type Dropped, type Settled } from '../engine/contract/contract.js';
import type { Host } from '../host/host.js';
import { channels } from './channels.js';
import { isPage } from './origin.js';

const maxDropped = 1_000;

/** True if the message comes from our page's own main frame in `window`. */
const fromPage = (event: IpcMainInvokeEvent, window: WebContents | null): boolean => {
  const frame: WebFrameMain | null = event.senderFrame;
  return window !== null && event.sender === window && frame !== null && frame === window.mainFrame && isPage(frame.url);
};

const readPaths = (value: unknown): readonly string[] => {
  if (!Array.isArray(value) || value.length > maxDropped) throw new UserError('usage', 'Drop up to 1000 files at once.');
  return value.map((path: unknown) => {
    if (typeof path === 'string' && path.length < 32_768 && isAbsolute(path)) return path;
    throw new UserError('usage', 'What was dropped is not a file on this computer.', 'Save it to a folder first, then drop it.');
  });
};

const isModel = (path: string): boolean => path.toLowerCase().endsWith('.onnx');

/** Opens videos and takes models in, each answered for itself. */
const takeDropped = async (host: Host, paths: readonly string[]): Promise<readonly Dropped[]> => {
  const models = paths.filter(isModel).map((path) =>
    host.addModel(path).catch((error: unknown): Dropped => ({ kind: 'refused', name: basename(path), error: errorData(error) })));
  return [...(await host.open(paths.filter((path) => !isModel(path)))), ...(await Promise.all(models))];
};

const settled = async (answer: () => Promise<unknown>): Promise<Settled> => {
  try {
    return { ok: true, value: await answer() };
  } catch (error) {
    return { ok: false, error: errorData(error) };
  }
};

/** Answers the page's requests and drops, and nobody else's. `window` gives the window's contents now. */
export const answerPage = (host: Host, window: () => WebContents | null): void => {
  const handle = (channel: string, answer: (...args: readonly unknown[]) => Promise<unknown>): void => {
    ipcMain.handle(channel, (event, ...args: unknown[]) => {
      if (!fromPage(event, window())) {
        const refusal: Settled = { ok: false, error: { kind: 'usage', message: 'Only the page of VoVision may ask.' } };
        return refusal;
      }
      return settled(() => answer(...args));
    });
  };
  handle(channels.request, (name, args) => host.request(name, args));
  handle(channels.drop, (paths) => takeDropped(host, readPaths(paths)));
};
