import {
  errorData, errorFromData, UserError,
  type Answers, type Dropped, type ErrorData, type EventName, type Events, type ModelAdded, type Opened, type PageBridge,
} from '../electron/engine/contract/contract.js';
import { pickFiles } from './pick-files.js';
import { HostSocket } from './host-socket.js';

const videoTypes = 'video/*,.mkv,.avi,.mov,.ts,.mts,.m2ts,.mxf,.flv,.wmv,.mpg,.mpeg,.vob,.3gp,.ogv,.webm,.mp4,.m4v';

/** Sends one file to the host; what comes back is what opening it gave. */
const upload = async (kind: 'video' | 'model', file: File): Promise<unknown> => {
  const query = new URLSearchParams({ kind, name: file.name });
  const response = await fetch(`/upload?${query.toString()}`, { method: 'POST', body: file }).catch((cause: unknown) => {
    throw new UserError('bad-input', `${file.name} could not be handed over.`, 'See whether it can still be read and VoVision is still running.', { cause });
  });
  if (response.status !== 200 && response.status !== 422) throw new UserError('internal', await response.text());
  return response.json();
};

const uploadVideo = async (file: File): Promise<Opened> => {
  try {
    return (await upload('video', file)) as Opened;
  } catch (error) {
    return { kind: 'refused', name: file.name, error: errorData(error) };
  }
};

const uploadModel = async (file: File): Promise<ModelAdded> => {
  const answer = (await upload('model', file)) as ModelAdded | ErrorData;
  if ('message' in answer) throw errorFromData(answer);
  return answer;
};

/** One after the other: the first is there to be watched while the rest arrives. */
const uploadVideos = async (files: readonly File[]): Promise<readonly Opened[]> => {
  const opened: Opened[] = [];
  for (const file of files) opened.push(await uploadVideo(file));
  return opened;
};

const drop = async (files: readonly File[]): Promise<readonly Dropped[]> => {
  const taken: Dropped[] = [];
  for (const file of files) {
    taken.push(file.name.toLowerCase().endsWith('.onnx')
      ? await uploadModel(file).catch((error: unknown): Dropped => ({ kind: 'refused', name: file.name, error: errorData(error) }))
      : await uploadVideo(file));
  }
  return taken;
};

const chooseModel = async (): Promise<ModelAdded> => {
  const [file] = await pickFiles('.onnx', false);
  return file ? uploadModel(file) : { kind: 'cancelled' };
};

const download = (job: string): void => {
  const link = document.createElement('a');
  link.href = `/export/${job}`;
  link.download = '';
  link.click();
};

/** Requests over the host's WebSocket; what needs the browser's own dialogs is done here. */
export const connectBrowserHost = (): PageBridge => {
  const socket = new HostSocket(`${location.origin.replace(/^http/, 'ws')}/socket`);
  return {
    request: async (name, args) => {
      if (name === 'videos.choose') return (await uploadVideos(await pickFiles(videoTypes, true))) as Answers[typeof name];
      if (name === 'models.choose') return (await chooseModel()) as Answers[typeof name];
      const answer = (await socket.request(name, args)) as Answers[typeof name];
      if (name === 'export.reveal') download((args as { readonly job: string }).job);
      return answer;
    },
    on: <Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void) => socket.on(name, listener),
    drop,
  };
};
