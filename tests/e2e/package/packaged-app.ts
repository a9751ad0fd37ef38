import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'rolldown';
import { WebSocket } from 'ws';

export const root = resolve(import.meta.dirname, '../../..');

export type ElectronDist = { readonly folder: string; readonly major: number };

/** The unpacked Electron that `VOVISION_ELECTRON_DIST` names, or why there is none to build with. */
export const electronDist = (): ElectronDist | string => {
  const folder = process.env['VOVISION_ELECTRON_DIST'];
  if (!folder) return 'VOVISION_ELECTRON_DIST names no unpacked Electron';
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the package is built for linux-x64 only here';
  if (!existsSync(join(folder, 'electron'))) return `there is no Electron in ${folder}`;
  return { folder, major: Number.parseInt(readFileSync(join(folder, 'version'), 'utf8').replace(/^v/, ''), 10) };
};

/** protocol.handle and webUtils are there from this version on; before it, the tests' shim adds them. */
const needsShim = (major: number): boolean => major < 29;
/** The fuse for file:// exists from this version on. */
const knowsFileFuse = (major: number): boolean => major >= 28;

/**
 * The project's own configuration, changed only where an older Electron asks for it: the fuse that it
 * lacks is left out, and the program is entered through the shim, which has to lie in the archive
 * because the fuses forbid every other way in.
 */
const configuration = async (dist: ElectronDist, work: string): Promise<string> => {
  let text = readFileSync(join(root, 'electron-builder.yml'), 'utf8');
  const replace = (from: string, to: string): void => {
    if (!text.includes(from)) throw new Error(`electron-builder.yml has no '${from.trim()}'`);
    text = text.replace(from, to);
  };
  replace('directories:\n  output: dist\n', `electronDist: ${dist.folder}\ndirectories:\n  output: ${join(work, 'dist')}\n`);
  if (!knowsFileFuse(dist.major)) replace('  grantFileProtocolExtraPrivileges: false\n', '');
  if (needsShim(dist.major)) {
    const shims = join(work, 'shims');
    mkdirSync(shims);
    await build({
      input: { 'start-shim': join(root, 'tests/electron/shim.cjs') },
      platform: 'node',
      external: ['electron'],
      output: { dir: shims, format: 'cjs', entryFileNames: '[name].cjs' },
      logLevel: 'warn',
    });
    writeFileSync(join(shims, 'start.cjs'), "require('./start-shim.cjs');\nrequire('./main.cjs');\n");
    replace('files:\n', `extraMetadata: { main: out/start.cjs }\nfiles:\n  - { from: ${shims}, to: out }\n`);
  }
  const file = join(work, 'electron-builder.yml');
  writeFileSync(file, text);
  return file;
};

export type Package = { readonly folder: string; readonly resources: string; readonly executable: string; remove(): void };

/** Builds the Linux folder package as `npm run package -- --linux dir` does. */
export const buildPackage = async (dist: ElectronDist): Promise<Package> => {
  if (!existsSync(join(root, 'out/main.cjs'))) throw new Error('The program is not built: run "npm run build".');
  const work = mkdtempSync(join(tmpdir(), 'vovision-package-'));
  const own = join(work, 'electron');
  cpSync(dist.folder, own, { recursive: true });
  // A laid-out Electron holds a starter app of its own, which a download does not.
  rmSync(join(own, 'resources'), { recursive: true, force: true });
  mkdirSync(join(own, 'resources'));
  const config = await configuration({ ...dist, folder: own }, work);
  const cli = createRequire(import.meta.url).resolve('electron-builder/cli.js');
  await promisify(execFile)(process.execPath, [cli, '--linux', 'dir', '--config', config, '--publish', 'never'], { cwd: root, env: { ...process.env, FORCE_COLOR: '0' }, maxBuffer: 1 << 26 });
  rmSync(own, { recursive: true, force: true });
  const folder = join(work, 'dist/linux-unpacked');
  return { folder, resources: join(folder, 'resources'), executable: join(folder, 'vovision'), remove: () => rmSync(work, { recursive: true, force: true }) };
};

const display = async (): Promise<{ readonly name: string; readonly close: () => void }> => {
  const real = process.env['DISPLAY'];
  if (real) return { name: real, close: () => undefined };
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await new Promise<string>((done, fail) => {
    server.stdio[3]?.once('data', (data: Buffer) => done(data.toString().trim()));
    server.once('error', fail);
  });
  return { name: `:${number}`, close: () => void server.kill() };
};

export type Running = {
  readonly data: string;
  /** Everything the program has written to its terminal. */
  readonly output: () => string;
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
};

const pageSocket = async (port: number): Promise<WebSocket> => {
  const list = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as { type: string; url: string; webSocketDebuggerUrl: string }[];
  const page = list.find(({ type, url }) => type === 'page' && url.startsWith('app://'));
  if (!page) throw new Error('the window has no page yet');
  const socket = new WebSocket(page.webSocketDebuggerUrl);
  await new Promise((done, fail) => socket.once('open', done).once('error', fail));
  return socket;
};

/** Waits for `attempt` to succeed, up to `seconds`. */
export const until = async <T>(seconds: number, attempt: () => Promise<T>): Promise<T> => {
  for (const end = Date.now() + seconds * 1000; ; ) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((done) => setTimeout(done, 250));
    }
  }
};

/** Starts the packaged program with a data folder of its own; the page is reached as a debugger of Chromium, since the fuses keep Node's away. */
export const start = async ({ executable }: Package, args: readonly string[]): Promise<Running> => {
  const screen = await display();
  const home = mkdtempSync(join(tmpdir(), 'vovision-packaged-'));
  const data = join(home, 'data');
  let text = '';
  const child: ChildProcess = spawn(executable, [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--remote-debugging-port=0', ...args], {
    env: { ...process.env, DISPLAY: screen.name, HOME: home, XDG_CONFIG_HOME: home, XDG_RUNTIME_DIR: home, VOVISION_DATA: data, TMPDIR: home, PATH: '/nowhere' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece: Buffer) => (text += piece.toString()));
  const close = async (): Promise<void> => {
    child.kill();
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(late);
    screen.close();
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const socket = await until(40, async () => {
      const port = /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (!port) throw new Error(`the program did not open a window:\n${text}`);
      return pageSocket(Number(port));
    });
    let id = 0;
    const evaluate = (expression: string): Promise<unknown> =>
      new Promise((done, fail) => {
        const call = ++id;
        const listen = (message: Buffer): void => {
          const reply = JSON.parse(message.toString()) as { id?: number; result?: { result: { value?: unknown }; exceptionDetails?: { text: string } } };
          if (reply.id !== call) return;
          socket.off('message', listen);
          if (reply.result && !reply.result.exceptionDetails) done(reply.result.result.value);
          else fail(new Error(reply.result?.exceptionDetails?.text ?? 'no result'));
        };
        socket.on('message', listen);
        socket.send(JSON.stringify({ id: call, method: 'Runtime.evaluate', params: { expression, awaitPromise: true, returnByValue: true } }));
      });
    return { data, output: () => text, evaluate, close };
  } catch (error) {
    await close();
    throw error;
  }
};
