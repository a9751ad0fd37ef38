import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { findElectron } from '../../../tools/find-electron.mjs';

const root = resolve(import.meta.dirname, '../../..');
const shim = join(root, 'tests/electron/shim.cjs');
const nobody = 65534;
const isRoot = process.getuid?.() === 0;

/** As whom the app runs: with Chromium's whole sandbox, or as root, for whom it does not work. */
export type Mode = 'sandboxed' | 'root';

const electron = await findElectron({ fetch: false, oldest: 22 });

const runs = (command: string, args: readonly string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Why the desktop app cannot be tested in this mode here; null if it can. */
export const whyNot = (mode: Mode): string | null => {
  if (electron.path === null) return electron.why;
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !runs('which', ['Xvfb'])) return 'there is neither a display nor Xvfb';
  if (mode === 'root') return isRoot ? null : 'only root has to go without the sandbox';
  if (!isRoot) return null;
  if (!runs('which', ['runuser'])) return 'there is no runuser to become an unprivileged user with';
  const readable = [electron.path, join(root, 'package.json')].every((path) => runs('runuser', ['-u', 'nobody', '--', 'test', '-r', path]));
  return readable ? null : `an unprivileged user may not read ${root} or ${electron.path}`;
};

/** A virtual screen, where there is no real one. */
const openDisplay = async (): Promise<{ readonly name: string; readonly close: () => void }> => {
  const real = process.env['DISPLAY'];
  if (real) return { name: real, close: () => undefined };
  const server: ChildProcess = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await new Promise<string>((done, fail) => {
    server.stdio[3]?.once('data', (data: Buffer) => done(data.toString().trim()));
    server.once('error', fail);
    server.once('exit', (code) => fail(new Error(`Xvfb ended with ${code ?? 'a signal'}`)));
  });
  return { name: `:${number}`, close: () => void server.kill() };
};

export type DesktopApp = {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** A folder that is the app's user's own. */
  readonly folder: string;
  /** Starts the program once more beside it; gives its exit code. */
  again(args: readonly string[]): Promise<number>;
  close(): Promise<void>;
};

export type Options = { readonly args?: readonly string[]; readonly bypassCSP?: boolean; readonly files?: Readonly<Record<string, string>> };

/** Starts the desktop app with a data folder of its own and `files` (name: path to copy from) in it. */
export const openDesktop = async (mode: Mode, { args = [], bypassCSP = false, files = {} }: Options = {}): Promise<DesktopApp> => {
  if (electron.path === null) throw new Error(electron.why);
  if (!existsSync(join(root, 'out/main.cjs'))) throw new Error('The program is not built: run "npm run build".');
  const display = await openDisplay();
  const folder = mkdtempSync(join(tmpdir(), 'desktop-test-'));
  for (const [name, from] of Object.entries(files)) writeFileSync(join(folder, name), readFileSync(from));
  const asNobody = mode === 'sandboxed' && isRoot;
  const start = join(folder, 'start.sh');
  writeFileSync(start, `#!/bin/sh\nexec ${asNobody ? 'runuser -u nobody -- ' : ''}"${electron.path}" "$@"\n`);
  chmodSync(start, 0o755);
  if (asNobody) for (const path of [folder, ...Object.keys(files).map((name) => join(folder, name))]) chownSync(path, nobody, nobody);
  const version = readFileSync(join(dirname(electron.path), 'version'), 'utf8').trim();
  const allArgs = [
    ...(mode === 'root' ? ['--no-sandbox'] : []),
    ...(Number.parseInt(version, 10) < 29 ? ['-r', shim] : []),
    root,
  ];
  const env = {
    ...(process.env as Record<string, string>),
    DISPLAY: display.name, HOME: folder, XDG_CONFIG_HOME: folder, XDG_RUNTIME_DIR: folder, VOVISION_DATA: join(folder, 'data'), TMPDIR: folder,
  };
  const app = await _electron.launch({ executablePath: start, args: [...allArgs, ...args.map((name) => name.replace('FOLDER', folder))], env, cwd: folder, bypassCSP, chromiumSandbox: mode === 'sandboxed', timeout: 60_000 });
  const page = await app.firstWindow();
  return {
    app,
    page,
    folder,
    again: (more) =>
      new Promise((done) => {
        spawn(start, [...allArgs, ...more], { env, cwd: folder, stdio: 'ignore' }).once('exit', (code) => done(code ?? -1));
      }),
    close: async () => {
      await app.close().catch(() => undefined);
      display.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
