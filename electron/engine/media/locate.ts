import { accessSync, chmodSync, constants, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { UserError } from '../contract/contract.js';
import { runTool } from './child.js';
import type { FoundTool, MediaTools, ToolSource } from './types.js';

export type ToolName = 'ffmpeg' | 'ffprobe';

export type LocateOptions = {
  readonly env?: NodeJS.ProcessEnv;
  /** Folder of the tools that come with the packaged program; null for none. */
  readonly packagedFolder?: string | null;
  readonly signal?: AbortSignal | undefined;
};

/** One place that was looked at: what was found there, or why not. */
export type LookedAt = {
  readonly tool: ToolName;
  readonly source: ToolSource;
  /** Where, in words or as a path. */
  readonly place: string;
  readonly found: FoundTool | null;
  /** Why this place gave nothing; null if it did. */
  readonly reason: string | null;
  /** True for the one that is used. */
  readonly used: boolean;
};

type Candidate = { readonly source: ToolSource; readonly place: string; readonly path: string | null; readonly reason?: string };
type Place = { readonly source: ToolSource; readonly look: (tool: ToolName, options: LocateOptions) => Candidate[] };

const nodeRequire = createRequire(import.meta.url);
const suffix = process.platform === 'win32' ? '.exe' : '';
const startTimeoutMs = 15_000;

const words = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
const isFile = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // A folder on the PATH may be somebody else's.
    return false;
  }
};

/** Programs cannot be started inside an asar archive; the packager lays them beside it. */
export const outsideAsar = (path: string): string => path.replace(/([\\/][^\\/]+\.asar)(?=[\\/])/, '$1.unpacked');

const fromEnvironment = (tool: ToolName, { env = process.env }: LocateOptions): Candidate[] => {
  const variable = `VOVISION_${tool.toUpperCase()}`;
  const given = env[variable];
  if (given) return [{ source: 'environment', place: variable, path: resolve(given) }];
  const beside = tool === 'ffprobe' ? env['VOVISION_FFMPEG'] : undefined;
  if (!beside) return [{ source: 'environment', place: variable, path: null, reason: 'not set' }];
  return [{ source: 'environment', place: 'beside VOVISION_FFMPEG', path: join(dirname(resolve(beside)), tool + suffix) }];
};

const fromPackage = (tool: ToolName, options: LocateOptions): Candidate[] => {
  const resources = (process as { resourcesPath?: string }).resourcesPath;
  const folder = options.packagedFolder === undefined ? resources && join(resources, 'bin') : options.packagedFolder;
  if (!folder) return [{ source: 'packaged', place: 'the packaged program', path: null, reason: 'not running from a package' }];
  return [{ source: 'packaged', place: 'the packaged program', path: join(folder, tool + suffix) }];
};

const fromStatic = (tool: ToolName): Candidate[] => {
  const place = tool === 'ffmpeg' ? 'ffmpeg-static' : 'beside ffmpeg-static';
  try {
    const path: unknown = nodeRequire('ffmpeg-static');
    if (typeof path !== 'string') throw new Error('has no build for this platform');
    return [{ source: 'ffmpeg-static', place, path: tool === 'ffmpeg' ? path : join(dirname(path), tool + suffix) }];
  } catch (error) {
    const missing = (error as { code?: unknown }).code === 'MODULE_NOT_FOUND';
    return [{ source: 'ffmpeg-static', place, path: null, reason: missing ? 'not installed' : words(error) }];
  }
};

const fromPath = (tool: ToolName, { env = process.env }: LocateOptions): Candidate[] => {
  // Empty and relative entries would let the current folder decide what is run.
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const found = [...new Set(folders)].map((folder) => join(folder, tool + suffix)).filter(isFile);
  if (found.length === 0) return [{ source: 'path', place: 'PATH', path: null, reason: `no ${tool} in any of its folders` }];
  // Many systems have /bin and /usr/bin as one folder.
  const once = new Map(found.reverse().map((path) => [realpathSync(path), path]));
  return [...once.values()].reverse().map((path) => ({ source: 'path', place: 'PATH', path }));
};

const fromRegistry = (tool: ToolName): Candidate[] => {
  const name = `@${tool}-installer/${process.platform}-${process.arch}`;
  const resolvers = [
    () => nodeRequire.resolve(`${name}/package.json`),
    () => createRequire(nodeRequire.resolve(`@${tool}-installer/${tool}/package.json`)).resolve(`${name}/package.json`),
  ];
  for (const find of resolvers) {
    try {
      return [{ source: 'registry', place: name, path: join(dirname(find()), tool + suffix) }];
    } catch {
      continue;
    }
  }
  return [{ source: 'registry', place: name, path: null, reason: 'not installed, or there is no build for this platform' }];
};

/** Where the tools are looked for, best first. */
const places: readonly Place[] = [
  { source: 'environment', look: fromEnvironment },
  { source: 'packaged', look: fromPackage },
  { source: 'ffmpeg-static', look: fromStatic },
  { source: 'path', look: fromPath },
  { source: 'registry', look: fromRegistry },
];

/** Makes a file from an npm package executable, as unpacking may have lost that. */
const ensureExecutable = (path: string): void => {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
};

/** What a tool says about itself; null if this is not the tool. */
export const parseVersion = (tool: ToolName, text: string): Pick<FoundTool, 'version' | 'avutil'> | null => {
  const version = new RegExp(`^${tool} version (\\S+)`, 'm').exec(text)?.[1];
  const avutil = /^libavutil\s+(\d+)\.\s*(\d+)/m.exec(text);
  if (version === undefined || !avutil) return null;
  return { version, avutil: { major: Number(avutil[1]), minor: Number(avutil[2]) } };
};

const tryCandidate = async (tool: ToolName, candidate: Candidate, signal?: AbortSignal): Promise<LookedAt> => {
  const { source, place } = candidate;
  const nothing = (reason: string): LookedAt => ({ tool, source, place: candidate.path ?? place, found: null, reason, used: false });
  if (candidate.path === null) return nothing(candidate.reason ?? 'nothing there');
  const ours = source === 'registry' || source === 'ffmpeg-static';
  const path = ours ? outsideAsar(candidate.path) : candidate.path;
  try {
    if (!isFile(path)) return nothing(`there is no file ${path}`);
    if (ours) ensureExecutable(path);
    const outcome = await runTool(path, ['-version'], { signal, timeoutMs: startTimeoutMs, maxStdout: 1024 * 1024 });
    if (outcome.stopped === 'timeout') return nothing(`it did not answer within ${startTimeoutMs / 1000} s`);
    const version = parseVersion(tool, outcome.stdout.toString('utf8'));
    if (outcome.code !== 0 || !version) {
      const said = outcome.stderr.trim().split('\n')[0] ?? '';
      return nothing(`it is no ${tool} that can be used here${said ? ` (${said})` : ''}`);
    }
    return { tool, source, place, found: { path, source, ...version }, reason: null, used: false };
  } catch (error) {
    if (signal?.aborted) throw error;
    return nothing(`it could not be started: ${words(error)}`);
  }
};

const look = async (tool: ToolName, options: LocateOptions, all: boolean): Promise<LookedAt[]> => {
  const seen: LookedAt[] = [];
  for (const candidate of places.flatMap((place) => place.look(tool, options))) {
    const result = await tryCandidate(tool, candidate, options.signal);
    const first = result.found !== null && !seen.some((other) => other.used);
    seen.push({ ...result, used: first });
    if (first && !all) break;
  }
  return seen;
};

/** Every place looked at for both tools, in order, with what was found or why not. */
export const describeTools = async (options: LocateOptions = {}): Promise<readonly LookedAt[]> =>
  (await Promise.all([look('ffmpeg', options, true), look('ffprobe', options, true)])).flat();

const require1 = (tool: ToolName, seen: readonly LookedAt[]): FoundTool => {
  const found = seen.find((place) => place.used)?.found;
  if (found) return found;
  const failures = seen.filter((place) => place.reason !== 'not set').map((place) => `${place.place}: ${place.reason ?? ''}`);
  throw new UserError(
    'missing',
    `No working ${tool} was found on this computer (${failures.join('; ')}).`,
    `Install FFmpeg, or set VOVISION_${tool.toUpperCase()} to the full path of ${tool}${suffix}. "vovision doctor" shows every place that is looked at.`,
  );
};

let cached: Promise<MediaTools> | undefined;

/**
 * The ffmpeg and ffprobe to use; each was started once to see that it works. Looked for once per
 * process unless `env` or `packagedFolder` is given.
 * @throws UserError 'missing' if one of them is nowhere to be found
 */
export const locateTools = (options: LocateOptions = {}): Promise<MediaTools> => {
  const search = async (): Promise<MediaTools> => {
    const [ffmpeg, ffprobe] = await Promise.all([look('ffmpeg', options, false), look('ffprobe', options, false)]);
    return { ffmpeg: require1('ffmpeg', ffmpeg), ffprobe: require1('ffprobe', ffprobe) };
  };
  if (options.env !== undefined || options.packagedFolder !== undefined) return search();
  cached ??= search().catch((error: unknown) => {
    cached = undefined;
    throw error;
  });
  return cached;
};
