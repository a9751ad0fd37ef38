import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesktop, whyNot, type DesktopApp, type Mode } from './electron-app.js';

type Bridge = {
  request(name: unknown, args: unknown): Promise<{ ok: boolean; value?: unknown; error?: { kind: string; message: string } }>;
  on(name: string, listener: (payload: unknown) => void): () => void;
  drop(files: unknown): Promise<{ ok: boolean; value?: unknown; error?: { kind: string; message: string } }>;
};
declare const window: { vovision: Bridge; [name: string]: unknown };
type Settled = Awaited<ReturnType<Bridge['request']>>;

const clips = mkdtempSync(join(tmpdir(), 'desktop-clips-'));
const clip = join(clips, 'ein “Clip” 🎬.mp4');
const hits: string[] = [];
let server: Server;
let local: string;

beforeAll(async () => {
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25:duration=2', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', `file:${clip}`]);
  // Whatever gets out of the program arrives here.
  server = createServer((request, response) => {
    hits.push(request.url ?? '');
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/html' }).end('<script>top.reached = true</script>outside');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(clips, { recursive: true, force: true });
});

const outside = (): readonly string[] => [
  `${local}/site`, 'https://example.com/', 'file:///etc/passwd', 'data:text/html,outside', 'javascript:void(document.title="outside")',
  'app://evil/', 'app://vovision@evil/', 'app://vovision/media/AAAAAAAAAAAAAAAAAAAAAAAA', 'chrome://gpu/', 'view-source:app://vovision/', 'devtools://devtools/bundled/inspector.html',
];

const modes: readonly Mode[] = ['sandboxed', 'root'];
for (const mode of modes) {
  const reason = whyNot(mode);
  describe.skipIf(reason !== null)(`the desktop shell, ${mode}${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
    let desktop: DesktopApp;
    beforeAll(async () => {
      desktop = await openDesktop(mode, { files: { 'ein “Clip” 🎬.mp4': clip, 'second.mp4': clip, 'third.mp4': clip } });
    });
    afterAll(() => desktop.close());
    const mark = (): Promise<void> => desktop.page.evaluate(() => void (window['stayed'] = true));

    const stays = async (): Promise<void> => {
      await desktop.page.waitForTimeout(150);
      expect(desktop.page.url()).toBe('app://vovision/');
      // Not even left and come back.
      expect(await desktop.page.evaluate(() => window['stayed'])).toBe(true);
      expect(desktop.app.windows().length).toBe(1);
      expect(hits).toEqual([]);
    };

    it('opens one window with its own page', async () => {
      expect(desktop.page.url()).toBe('app://vovision/');
      expect(await desktop.page.evaluate(() => [isSecureContext, crossOriginIsolated, origin])).toEqual([true, true, 'app://vovision']);
      const preferences = await desktop.app.evaluate(({ BrowserWindow }) =>
        (BrowserWindow.getAllWindows()[0]!.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences());
      expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, nodeIntegrationInSubFrames: false, webSecurity: true, webviewTag: false });
    });

    it.runIf(process.platform === 'linux')('keeps the page in the system\'s sandbox where it can', async () => {
      const pid = await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.webContents.getOSProcessId());
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      expect(/^Seccomp:\s*(\d)/m.exec(status)?.[1]).toBe(mode === 'sandboxed' ? '2' : '0');
      if (mode === 'sandboxed') expect(/^NoNewPrivs:\s*(\d)/m.exec(status)?.[1]).toBe('1');
    });

    it('gives the page three functions and nothing of Node or Electron', async () => {
      const found = await desktop.page.evaluate(async () => {
        const names = ['require', 'module', 'process', 'Buffer', 'global', '__dirname', 'ipcRenderer', 'electron'];
        const bridge = window.vovision as unknown as Record<string, unknown>;
        // What the test itself runs may make code from text: the page may not, so the attempt has to come later.
        const reached = new Promise((done) => setTimeout(() => {
          try {
            done(typeof (bridge['request'] as { constructor: (code: string) => () => unknown }).constructor('return process')());
          } catch (error) {
            done((error as Error).name);
          }
        }));
        return { globals: names.filter((name) => name in window), bridge: Object.entries(bridge).map(([name, value]) => `${name}: ${typeof value}`), reached: await reached };
      });
      expect(found).toEqual({ globals: [], bridge: ['request: function', 'on: function', 'drop: function'], reached: 'EvalError' });
    });

    it('cannot have the bridge replaced', async () => {
      await desktop.page.evaluate(() => {
        try {
          window.vovision = { request: () => Promise.resolve({ ok: true }) } as never;
        } catch { /* refused aloud */ }
        try {
          (window.vovision as { request: unknown }).request = 7;
        } catch { /* refused aloud */ }
      });
      expect(await desktop.page.evaluate(() => typeof window.vovision.request)).toBe('function');
    });

    it.each([
      ['by address', 'location.href = url'],
      ['by replacing', 'location.replace(url)'],
      ['by a link', 'const a = document.createElement("a"); a.href = url; document.body.append(a); a.click(); a.remove()'],
      ['by a link to a new window', 'const a = document.createElement("a"); a.href = url; a.target = "_blank"; document.body.append(a); a.click(); a.remove()'],
      ['by a form', 'const f = document.createElement("form"); f.action = url; document.body.append(f); f.submit(); f.remove()'],
      ['by window.open', 'window.open(url)'],
      ['by window.open without an opener', 'window.open(url, "_blank", "noopener")'],
      ['by a frame', 'const f = document.createElement("iframe"); f.src = url; document.body.append(f); setTimeout(() => f.remove(), 100)'],
      ['by an object', 'const f = document.createElement("object"); f.data = url; document.body.append(f); setTimeout(() => f.remove(), 100)'],
      ['by a webview', 'const f = document.createElement("webview"); f.src = url; document.body.append(f); setTimeout(() => f.remove(), 100)'],
      ['by a refresh', 'const m = document.createElement("meta"); m.httpEquiv = "refresh"; m.content = "0;url=" + url; document.head.append(m); setTimeout(() => m.remove(), 100)'],
    ])('does not leave %s', async (_, how) => {
      await mark();
      for (const url of outside()) {
        await desktop.page.evaluate(`(() => { const url = ${JSON.stringify(url)}; try { ${how} } catch {} })()`);
      }
      await stays();
    });

    it('comes back from about:blank, which nothing can keep it from', async () => {
      await desktop.page.evaluate(() => void setTimeout(() => (location.href = 'about:blank')));
      await desktop.page.waitForTimeout(300);
      await desktop.page.waitForURL('app://vovision/');
      await mark();
      await stays();
    });

    it('reaches nothing outside by any request', async () => {
      const outcomes = await desktop.page.evaluate(async (address) => {
        const tried: Record<string, unknown> = {};
        const outcome = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'reached', () => 'refused');
        for (const url of [`${address}/fetch`, 'https://example.com/', 'file:///etc/passwd', 'app://evil/', 'chrome://version/']) {
          tried[`fetch ${url.replace(address, '')}`] = await outcome(fetch(url, { mode: 'no-cors' }));
        }
        const waits = (target: EventTarget, good: string, bad: string): Promise<string> =>
          new Promise((done) => {
            target.addEventListener(good, () => done('reached'));
            target.addEventListener(bad, () => done('refused'));
          });
        try {
          tried['socket'] = await waits(new WebSocket(`${address.replace('http', 'ws')}/socket`), 'open', 'error');
        } catch { tried['socket'] = 'refused'; }
        tried['events'] = await waits(new EventSource(`${address}/events`), 'open', 'error');
        const picture = new Image();
        const pictured = waits(picture, 'load', 'error');
        picture.src = `${address}/picture`;
        tried['picture'] = await pictured;
        const script = document.createElement('script');
        const scripted = waits(script, 'load', 'error');
        script.src = `${address}/script`;
        document.head.append(script);
        tried['script'] = await scripted;
        navigator.sendBeacon(`${address}/beacon`, 'x');
        for (const rel of ['dns-prefetch', 'preconnect', 'prefetch', 'stylesheet']) {
          const link = document.createElement('link');
          Object.assign(link, { rel, href: `${address}/${rel}` });
          document.head.append(link);
        }
        return tried;
      }, local);
      expect(Object.values(outcomes).every((outcome) => outcome === 'refused'), JSON.stringify(outcomes)).toBe(true);
      await stays();
    });

    it('runs no script that is not its own', async () => {
      const ran = await desktop.page.evaluate(async () => {
        const script = document.createElement('script');
        script.textContent = 'window.inline = true';
        document.head.append(script);
        document.body.insertAdjacentHTML('beforeend', '<img src="x:" onerror="window.handler = true" id="bait">');
        await new Promise((done) => setTimeout(done, 100));
        document.getElementById('bait')?.remove();
        const attempt = (code: () => unknown): string => {
          try {
            return String(code());
          } catch (error) {
            return (error as Error).name;
          }
        };
        const later = (code: () => unknown): Promise<string> => new Promise((done) => setTimeout(() => done(attempt(code))));
        // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- that the policy refuses exactly these is what is tested
        return [window['inline'], window['handler'], await later(() => eval('1')), await later(() => new Function('return 1')())];
      });
      expect(ran).toEqual([undefined, undefined, 'EvalError', 'EvalError']);
    });

    it('is granted no device, place or notice', async () => {
      const asked = await desktop.page.evaluate(async () => {
        const outcome = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'granted', (error: unknown) => (error as Error).name);
        return [
          await outcome(navigator.mediaDevices.getUserMedia({ video: true })),
          await outcome(navigator.mediaDevices.getDisplayMedia()),
          await outcome(new Promise((done, fail) => navigator.geolocation.getCurrentPosition(done, () => fail(new Error('refused'))))),
          await Notification.requestPermission(),
          await outcome(navigator.clipboard.readText()),
        ];
      });
      expect(asked).toEqual([expect.stringMatching(/Error$/), expect.stringMatching(/Error$/), 'Error', 'denied', expect.stringMatching(/Error$/)]);
    });

    it.each([
      '/media/../../../etc/passwd', '/media/..%2f..%2f..%2fetc%2fpasswd', '/..%2f..%2fpackage.json', '/%2e%2e/%2e%2e/package.json', '/etc/passwd', '//etc/passwd',
      '/media/AAAAAAAAAAAAAAAAAAAAAAAA', '/proxy/AAAAAAAAAAAAAAAAAAAAAAAA?t=0', '/export/AAAAAAAAAAAAAAAAAAAAAAAA', '/main.cjs', '/../main.cjs',
    ])('has nothing at %s', async (path) => {
      const { status, text, csp } = await desktop.page.evaluate(async (at) => {
        const response = await fetch(at.startsWith('//') ? `app://vovision/${at}` : at);
        return { status: response.status, text: await response.text(), csp: response.headers.get('content-security-policy') };
      }, path);
      expect(status).toBe(404);
      expect(text).not.toMatch(/root:|vovision"/);
      expect(csp).toContain("default-src 'none'");
    });

    it('is served with every protective header', async () => {
      const headers = await desktop.page.evaluate(async () => Object.fromEntries((await fetch('/')).headers));
      expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' });
    });

    it.each<[string, unknown, unknown]>([
      ['an unknown request', 'files.delete', {}],
      ["the host's own request", 'host.open', { video: 'AAAAAAAAAAAAAAAAAAAAAAAA', path: '/etc/passwd' }],
      ['an inherited name', '__proto__', {}],
      ['no name', null, null],
      ['a path for a token', 'videos.reopen', { video: '/etc/passwd' }],
      ['a number for arguments', 'video.frames', 7],
      ['a video that was never opened', 'video.playback', { video: 'AAAAAAAAAAAAAAAAAAAAAAAA', refused: false }],
    ])('refuses %s', async (_, name, args) => {
      const answer = await desktop.page.evaluate(([n, a]) => window.vovision.request(n, a), [name, args] as const);
      expect(answer.ok).toBe(false);
      expect(['usage', 'bad-input']).toContain(answer.error?.kind);
    });

    it('takes only real files for dropped ones', async () => {
      const forged = await desktop.page.evaluate(async () => {
        const outcome = async (files: unknown): Promise<boolean> => {
          try {
            return (await window.vovision.drop(files)).ok;
          } catch {
            return false;
          }
        };
        return [
          await outcome([new File(['x'], '/etc/passwd')]), await outcome(['/etc/passwd']), await outcome([{ path: '/etc/passwd' }]), await outcome('/etc/passwd'), await outcome(null),
        ];
      });
      expect(forged).toEqual([false, false, false, false, false]);
    });

    it('answers no other window, even one with the same address and preload', async () => {
      const answer = await desktop.app.evaluate(async ({ app, BrowserWindow }) => {
        const second = new BrowserWindow({ show: false, webPreferences: { preload: `${app.getAppPath()}/out/preload.cjs`, sandbox: true } });
        await second.loadURL('app://vovision/');
        const result = (await second.webContents.executeJavaScript('window.vovision.request("hello", {})')) as Settled;
        second.destroy();
        return result;
      });
      expect(answer).toEqual({ ok: false, error: { kind: 'usage', message: 'Only the page of VoVision may ask.' } });
    });

    it('downloads nothing', async () => {
      const downloads = await desktop.app.evaluate(({ session }) => new Promise<string>((done) => {
        session.defaultSession.once('will-download', (event) => done(event.defaultPrevented ? 'refused' : 'begun'));
        setTimeout(() => done('not even tried'), 1000);
      }).then((outcome) => outcome));
      expect(downloads).not.toBe('begun');
    });

    it('opens a file that is dropped, and plays it by its token', async () => {
      await desktop.page.evaluate(() => {
        const input = document.createElement('input');
        input.type = 'file';
        input.id = 'bait';
        document.body.append(input);
      });
      await desktop.page.setInputFiles('#bait', join(desktop.folder, 'ein “Clip” 🎬.mp4'));
      const dropped: Settled = await desktop.page.evaluate(() => window.vovision.drop([...(document.getElementById('bait') as HTMLInputElement).files!]));
      expect(dropped).toMatchObject({ ok: true, value: [{ kind: 'opened', video: { name: 'ein “Clip” 🎬.mp4', display: { width: 320, height: 240 } } }] });
      const played = await desktop.page.evaluate(async (token) => {
        const playback = (await window.vovision.request('video.playback', { video: token, refused: false })).value as { kind: string; url: string };
        const part = await fetch(playback.url, { headers: { range: 'bytes=4-7' } });
        return { kind: playback.kind, status: part.status, range: part.headers.get('content-range'), text: await part.text() };
      }, (dropped.value as [{ video: { token: string } }])[0].video.token);
      expect(played).toMatchObject({ kind: 'direct', status: 206, text: 'ftyp' });
      expect(played.range).toMatch(/^bytes 4-7\/\d+$/);
    });

    it('hands the files of a second start to the first, which stays', async () => {
      await desktop.page.evaluate(() => {
        const heard: unknown[] = [];
        window['heard'] = heard;
        window.vovision.on('opened', (payload) => heard.push(payload));
      });
      expect(await desktop.again(['second.mp4'])).toBe(0);
      await desktop.page.waitForFunction(() => (window['heard'] as unknown[]).length > 0);
      expect(await desktop.page.evaluate(() => window['heard'])).toMatchObject([{ videos: [{ kind: 'opened', video: { name: 'second.mp4' } }] }]);
      expect(desktop.app.windows().length).toBe(1);
    });

    it('lives on when its engine is killed, says so, and works again', async () => {
      await desktop.page.evaluate(() => {
        const heard: unknown[] = [];
        window['engine'] = heard;
        window.vovision.on('engine', (payload) => heard.push((payload as { state: string }).state));
      });
      const pids = await desktop.app.evaluate(({ app }) => app.getAppMetrics().filter(({ name, serviceName }) => name === 'VoVision engine' || serviceName === 'VoVision engine').map(({ pid }) => pid));
      expect(pids.length).toBe(1);
      process.kill(pids[0]!, 'SIGKILL');
      await desktop.page.waitForFunction(() => (window['engine'] as string[]).includes('ready'));
      expect(await desktop.page.evaluate(() => window['engine'])).toEqual(['restarting', 'ready']);
      const models = await desktop.page.evaluate(() => window.vovision.request('models.list', {}));
      expect(models.ok).toBe(true);
      await stays();
    });

    // The last: what drives the page here does not survive it.
    it('loads its page again with what it had open when the page\'s process dies, but not what kills it twice', async () => {
      const dies = (): Promise<string> => desktop.app.evaluate(({ BrowserWindow }) => new Promise<string>((done) => {
        const { webContents } = BrowserWindow.getAllWindows()[0]!;
        webContents.once('render-process-gone', (_, { reason }) => webContents.once('did-finish-load', () => done(reason)));
        process.kill(webContents.getOSProcessId(), 'SIGKILL');
      }));
      const inPage = (code: string): Promise<unknown> =>
        desktop.app.evaluate(({ BrowserWindow }, text) => BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(text) as Promise<unknown>, code);
      const title = () => inPage('document.querySelector("h1")?.innerText ?? ""');

      await expect.poll(title).toBe('second.mp4');
      expect(await dies()).toBe('killed');
      expect(((await inPage('window.vovision.request("hello", {})')) as Settled).ok).toBe(true);
      await expect.poll(title).toBe('second.mp4');
      expect(await dies()).toBe('killed');
      await expect.poll(() => inPage('document.querySelector("[data-part=empty]") !== null')).toBe(true);
      // It would have been opened by now.
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(await title()).not.toBe('second.mp4');
    });
  });
}
