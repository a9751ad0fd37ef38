import { defaultDataFolder, programFolders } from '../host/program.js';
import { locateTools } from '../engine/media/locate.js';
import type { MediaTools } from '../engine/media/types.js';
import type { EngineSettings } from '../engine/wire.js';

/** Folders the command line works with: the same as the app's. */
export const settings = (): EngineSettings => ({
  dataFolder: defaultDataFolder(),
  zooFolder: programFolders.zoo,
  fontsFolder: programFolders.fonts,
});

export const openTools = (): Promise<MediaTools> => locateTools();
