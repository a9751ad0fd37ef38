import { resolve } from 'node:path';

/**
 * Paths of the videos named on a command line of ours. `appPath` is where the program lies if it was
 * started by a plain Electron, which is given it as an argument; null when packaged.
 */
export const videosIn = (argv: readonly string[], folder: string, appPath: string | null): readonly string[] => {
  const own = appPath === null ? 0 : argv.findIndex((argument, k) => k > 0 && !argument.startsWith('-') && resolve(folder, argument) === resolve(appPath));
  return own < 0 ? [] : argv.slice(own + 1).filter((argument) => argument !== '' && !argument.startsWith('-')).map((argument) => resolve(folder, argument));
};
