import { dialog, shell, type BrowserWindow } from 'electron';
import { dirname, extname, join } from 'node:path';
import type { HostPlatform } from '../host/platform.js';

const videoExtensions = [
  'mp4', 'm4v', 'mov', 'mkv', 'webm', 'avi', 'mpg', 'mpeg', 'ts', 'mts', 'm2ts', 'mxf', 'wmv', 'asf', 'flv', '3gp', 'ogv', 'vob', 'dv', 'y4m',
];

/** The desktop's own dialogs, over the window where there is one. */
export const desktopPlatform = (window: () => BrowserWindow | null): HostPlatform => {
  const ask = async (options: Electron.OpenDialogOptions): Promise<readonly string[]> => {
    const parent = window();
    const { canceled, filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
    return canceled ? [] : filePaths;
  };
  return {
    kind: 'desktop',
    chooseVideos: () =>
      ask({
        title: 'Open videos',
        properties: ['openFile', 'multiSelections'],
        filters: [{ name: 'Videos', extensions: videoExtensions }, { name: 'All files', extensions: ['*'] }],
      }),
    chooseModel: async () => {
      const [path] = await ask({ title: 'Choose a model', properties: ['openFile'], filters: [{ name: 'ONNX models', extensions: ['onnx'] }] });
      return path ?? null;
    },
    chooseOutput: async ({ name, beside }) => {
      const options = {
        title: 'Export the annotated clip',
        defaultPath: join(dirname(beside), name),
        filters: [{ name: 'Video', extensions: [extname(name).slice(1)] }],
        properties: ['showOverwriteConfirmation' as const, 'createDirectory' as const],
      };
      const parent = window();
      const { canceled, filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options));
      return canceled || !filePath ? null : filePath;
    },
    reveal: (path) => {
      shell.showItemInFolder(path);
      return Promise.resolve();
    },
  };
};
