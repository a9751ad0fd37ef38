import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { encodeFrame, type Opened } from '../../../electron/engine/contract/contract.js';
import { startHost, type TestHost } from './start-host.js';

let host: TestHost;
const bytes = Buffer.from(Array.from({ length: 1000 }, (_, k) => k % 251));

beforeAll(async () => {
  host = await startHost({ maxUpload: 5000 });
});
afterAll(() => host.close());

const uploadFolder = (): string => {
  const name = readdirSync(tmpdir()).find((entry) => entry.startsWith(`vovision-uploads-${process.pid}-`));
  return join(tmpdir(), name!);
};
const uploaded = (): readonly string[] => readdirSync(uploadFolder(), { recursive: true, encoding: 'utf8' });

const upload = async (name: string, body: Buffer, headers: Record<string, string> = {}): Promise<Opened> => {
  const { body: answer } = await host.ask(`/upload?name=${encodeURIComponent(name)}`, {
    method: 'POST', body, headers: { origin: host.origin, 'content-length': String(body.length), ...headers },
  });
  return JSON.parse(answer.toString()) as Opened;
};

const openToken = async (): Promise<string> => {
  const opened = await upload('clip.mp4', bytes);
  if (opened.kind !== 'opened') throw new Error(opened.error.message);
  return opened.video.token;
};

describe('who may ask', () => {
  it.each<[string, string, Record<string, string>, number]>([
    ['no cookie', '/', {}, 401],
    ['no cookie, a file of the page', '/assets/a-1234.js', {}, 401],
    ['a wrong cookie', '/', { cookie: 'vovision=AAAA' }, 401],
    ['a wrong token', '/?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', {}, 403],
    ['an empty token', '/?token=', {}, 403],
    ['another host (DNS rebinding)', '/', { host: 'evil.example' }, 403],
    ['another host with our port', '/', { host: 'evil.example:1' }, 403],
    ['another origin', '/', { origin: 'http://evil.example' }, 403],
    ['no origin at all, as a sandboxed frame has', '/', { origin: 'null' }, 403],
    ['a neighbour on another port', '/', { origin: 'http://127.0.0.1:1' }, 403],
    ['an embedding site', '/', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a neighbour embedding', '/', { 'sec-fetch-site': 'same-site' }, 403],
  ])('%s is refused', async (_, path, headers, status) => {
    expect((await host.raw(path, { headers })).status).toBe(status);
    if (status === 403 && !path.includes('token')) expect((await host.ask(path, { headers })).status).toBe(403);
  });

  it('turns the token into a cookie that scripts and other sites cannot use, and takes it out of the address', async () => {
    const { pathname, search } = new URL(host.url);
    const answer = await host.raw(pathname + search);
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe('/');
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^vovision-\d+=[\w-]{32}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(answer.headers['set-cookie']?.[0]).not.toContain(search.slice(7));
  });

  it('lets a ticket in once', async () => {
    const { search } = new URL(host.tickets());
    expect((await host.raw(`/${search}`)).status).toBe(303);
    expect((await host.raw(`/${search}`)).status).toBe(403);
  });

  it('listens on loopback only', async () => {
    const { networkInterfaces } = await import('node:os');
    const others = Object.values(networkInterfaces()).flat().filter((address) => address && !address.internal && address.family === 'IPv4');
    for (const { address } of others as { address: string }[]) {
      const outcome = await new Promise((resolve) => {
        connectTcp(Number(new URL(host.origin).port), address).once('connect', () => resolve('open')).once('error', () => resolve('shut'));
      });
      expect(outcome).toBe('shut');
    }
  });

  it.each<[string, Record<string, string>]>([
    ['no cookie', { cookie: '' }],
    ['another origin', { origin: 'http://evil.example' }],
    ['another host', { host: 'evil.example' }],
  ])('refuses a socket with %s', async (_, headers) => {
    await expect(host.connect(headers)).rejects.toThrow('403');
  });

  it('refuses a socket without an origin or at another address', async () => {
    const { origin, cookie } = host;
    const open = (path: string, headers: Record<string, string>): Promise<string> =>
      new Promise((resolve) => {
        new WebSocket(`${origin.replace('http', 'ws')}${path}`, { headers }).once('open', () => resolve('open')).once('error', ({ message }) => resolve(message));
      });
    expect(await open('/socket', { cookie })).toContain('403');
    expect(await open('/', { cookie, origin })).toContain('403');
    expect(await open('/socket?after=x', { cookie, origin })).toContain('403');
  });

  it.each(['/', '/nothing', '/media/AAAAAAAAAAAAAAAAAAAAAAAA'])('%s is answered with every protective header', async (path) => {
    const { headers } = await host.ask(path);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-resource-policy': 'same-origin',
    });
  });
});

it('gives a page that comes back the events it missed, once and in order', async () => {
  const first = await host.connect();
  const tell = (page: typeof first, time: number): Promise<unknown> => page.request('run.playhead', { run: 'run-0123456789abcdef', time, playing: true, speed: 1 });
  await tell(first, 1);
  await first.event('provider');
  first.socket.close();
  const second = await host.connect();
  for (const time of [2, 3, 4]) await tell(second, time);
  await second.event('provider', ({ info }: { info: number }) => info === 4);
  const back = await host.connect({}, `?after=${first.events.at(-1)!.number!}`);
  await tell(second, 5);
  await back.event('provider', ({ info }: { info: number }) => info === 5);
  expect(back.events.map(({ payload }) => (payload as { info: number }).info)).toEqual([2, 3, 4, 5]);
  const fresh = await host.connect();
  await fresh.request('hello', {});
  expect(fresh.events).toEqual([]);
  for (const page of [second, back, fresh]) page.socket.close();
});

describe('what can be read', () => {
  it.each([
    '/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '/assets/..\\..\\secret.txt', '//etc/passwd',
    '/etc/passwd', '/index.html%00.js', '/media/../../secret.txt', '/media/..%2f..%2fsecret.txt', '/media/%2fetc%2fpasswd', '/media/',
    '/media/AAAAAAAAAAAAAAAAAAAAAAAA', '/proxy/AAAAAAAAAAAAAAAAAAAAAAAA?t=0', '/export/AAAAAAAAAAAAAAAAAAAAAAAA', '/export/../../secret.txt',
    '/media/__proto__aaaaaaaaaaaa', '/constructor', '/__proto__', 'http://evil.example/',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await host.ask(path);
    expect(status).toBe(404);
    expect(body.toString()).not.toContain('secret');
  });

  it('serves the page and refuses to have it written', async () => {
    expect((await host.ask('/')).body.toString()).toContain('<title>VoVision');
    expect((await host.ask('/assets/a-1234.js')).headers['content-type']).toContain('text/javascript');
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await host.ask('/', { method })).status).toBe(405);
  });

  it.each<[string, number, string | undefined, number | undefined]>([
    ['bytes=0-', 206, 'bytes 0-999/1000', 1000],
    ['bytes=10-19', 206, 'bytes 10-19/1000', 10],
    ['bytes=990-5000', 206, 'bytes 990-999/1000', 10],
    ['bytes=-7', 206, 'bytes 993-999/1000', 7],
    ['bytes=-5000', 206, 'bytes 0-999/1000', 1000],
    ['bytes=1000-', 416, 'bytes */1000', undefined],
    ['bytes=99999999999-', 416, 'bytes */1000', undefined],
    ['bytes=-0', 416, 'bytes */1000', undefined],
    ['bytes=5-2', 200, undefined, 1000],
    ['bytes=0-1,5-6', 200, undefined, 1000],
    ['bytes=-', 200, undefined, 1000],
    ['items=0-1', 200, undefined, 1000],
    ['bytes=0x1-2', 200, undefined, 1000],
  ])('range %s', async (range, status, contentRange, length) => {
    const token = await openToken();
    const { status: got, headers, body } = await host.ask(`/media/${token}`, { headers: { range } });
    expect(got).toBe(status);
    expect(headers['content-range']).toBe(contentRange);
    if (length === undefined) return;
    expect(body.length).toBe(length);
    const from = Number(/bytes (\d+)/.exec(contentRange ?? '')?.[1] ?? 0);
    expect(body.equals(bytes.subarray(from, from + length))).toBe(true);
    const head = await host.ask(`/media/${token}`, { method: 'HEAD', headers: { range } });
    expect(head.status).toBe(status);
    expect(head.headers['content-length']).toBe(String(length));
    expect(head.body.length).toBe(0);
  });

  it('gives the whole file where it changed since the page saw it', async () => {
    const token = await openToken();
    const { headers: { etag } } = await host.ask(`/media/${token}`);
    expect((await host.ask(`/media/${token}`, { headers: { range: 'bytes=1-2', 'if-range': etag! } })).status).toBe(206);
    expect((await host.ask(`/media/${token}`, { headers: { range: 'bytes=1-2', 'if-range': '"old"' } })).status).toBe(200);
  });

  it('refuses a file whose place was taken by a link to another', async () => {
    const page = await host.connect();
    const own = await startHost({ open: [] });
    const clip = join(own.folder, 'clip.mp4');
    writeFileSync(clip, bytes);
    const second = await startHost({ open: [clip] });
    const other = await second.connect();
    await other.request('hello', {});
    const { videos } = (await other.event('opened')) as { videos: Opened[] };
    const token = videos[0]?.kind === 'opened' ? videos[0].video.token : '';
    expect((await second.ask(`/media/${token}`)).status).toBe(200);
    unlinkSync(clip);
    symlinkSync(join(own.folder, 'secret.txt'), clip);
    const answer = await second.ask(`/media/${token}`);
    expect(answer.status).toBe(404);
    expect(answer.body.toString()).not.toContain('secret');
    unlinkSync(clip);
    mkdirSync(clip);
    expect((await second.ask(`/media/${token}`)).status).toBe(404);
    page.socket.close();
    await second.close();
    await own.close();
  });
});

describe('what can be sent', () => {
  it.each<[string, Uint8Array | string]>([
    ['text', 'hello'],
    ['nothing', new Uint8Array(0)],
    ['a few zeros', new Uint8Array(3)],
    ['a length beyond the end', Uint8Array.from([255, 255, 255, 255, 1])],
    ['no JSON', Uint8Array.from([1, 0, 0, 0, 120])],
    ['a request without an id', encodeFrame({ name: 'hello', args: {} })],
    ['a request with a strange id', encodeFrame({ id: 'x', name: 'hello', args: {} })],
    ['a list', encodeFrame([1, 2, 3])],
  ])('%s in place of a request ends the connection, not the host', async (_, data) => {
    const page = await host.connect();
    const code = await new Promise((resolve) => {
      page.socket.once('close', resolve);
      page.socket.send(data);
    });
    expect(code).toBe(1002);
    const next = await host.connect();
    expect(await next.request('models.list', {})).toBeInstanceOf(Array);
    next.socket.close();
  });

  it('lets go of a page that sends more than any request needs', async () => {
    const page = await host.connect();
    const code = await new Promise((resolve) => {
      page.socket.once('close', resolve);
      page.socket.send(new Uint8Array(2 * 1024 * 1024));
    });
    expect([1006, 1009]).toContain(code);
  });

  it.each<[string, unknown, unknown]>([
    ['an unknown request', 'files.delete', {}],
    ["the host's own request", 'host.open', { video: 'AAAAAAAAAAAAAAAAAAAAAAAA', path: '/etc/passwd' }],
    ['configuring the engine', 'host.configure', { dataFolder: '/' }],
    ['an inherited name', '__proto__', {}],
    ['an inherited method', 'toString', {}],
    ['a name that is no text', 7, {}],
    ['no arguments', 'video.frames', undefined],
    ['a path for a token', 'video.frames', { video: '/etc/passwd' }],
    ['a token that climbs', 'videos.reopen', { video: '../../../../etc/passwd' }],
    ['a width beyond all bounds', 'video.thumbnail', { video: 'AAAAAAAAAAAAAAAAAAAAAAAA', time: 0, width: 1e9 }],
    ['settings that are too long', 'settings.save', { settings: { a: 'x'.repeat(5000) } }],
    ['a frame number below 0', 'run.detections', { run: 'AAAAAAAAAAAAAAAAAAAAAAAA', from: -1, to: 2 }],
  ])('%s is refused', async (_, name, args) => {
    const page = await host.connect();
    const answer = await page.settle(name, args);
    expect(answer.ok).toBe(false);
    expect(answer.error?.kind).toBe('usage');
    page.socket.close();
  });

  it('takes an upload in, in a folder that is the user\'s alone', async () => {
    const page = await host.connect();
    const opened = await upload('Ein “Clip” 🎬.mp4', bytes);
    expect(opened).toMatchObject({ kind: 'opened', video: { name: 'Ein “Clip” 🎬.mp4' } });
    expect(statSync(uploadFolder()).mode & 0o777).toBe(0o700);
    expect(await page.event('upload')).toEqual({ name: 'Ein “Clip” 🎬.mp4', received: 1000, total: 1000 });
    page.socket.close();
  });

  it.each<[string, string]>([
    ['../../../../tmp/climbed.mp4', '__.._.._.._tmp_climbed.mp4'],
    ['/etc/passwd', '_etc_passwd'],
    ['a\u0000b\n.mp4', 'a_b_.mp4'],
    [`${'ä'.repeat(300)}.mp4`, `${'ä'.repeat(98)}.mp4`],
    ['-i.mp4', '-i.mp4'],
  ])('a file called %j stays in that folder', async (name, safe) => {
    expect(await upload(name, bytes)).toMatchObject({ kind: 'opened', video: { name: safe } });
    expect(existsSync('/tmp/climbed.mp4')).toBe(false);
    expect(uploaded().some((entry) => entry.endsWith(`/${safe}`))).toBe(true);
  });

  it('keeps nothing of a file that is too large, empty or no video', async () => {
    const before = uploaded();
    expect(await upload('large.mp4', Buffer.alloc(5001))).toMatchObject({ kind: 'refused', error: { kind: 'bad-input' } });
    expect(await upload('empty.mp4', Buffer.alloc(0))).toMatchObject({ kind: 'refused', error: { message: 'empty.mp4 is empty.' } });
    expect(await upload('not-a-video.mp4', bytes)).toMatchObject({ kind: 'refused', error: { message: 'It is not a video.' } });
    expect(uploaded()).toEqual(before);
  });

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'http://evil.example' }],
    ['a form without origin', {}],
  ])('refuses an upload from %s', async (_, headers) => {
    const before = uploaded();
    const answer = await host.ask('/upload?name=a.mp4', { method: 'POST', body: bytes, headers });
    expect(answer.status).toBe(403);
    expect(uploaded()).toEqual(before);
  });

  it('keeps nothing of an upload that breaks off', async () => {
    const before = uploaded();
    const { port } = new URL(host.origin);
    await new Promise<void>((resolve) => {
      const socket = connectTcp(Number(port), '127.0.0.1', () => {
        socket.write(
          `POST /upload?name=half.mp4 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\norigin: ${host.origin}\r\ncookie: ${host.cookie}\r\ncontent-length: 4000\r\n\r\n`,
        );
        socket.write(Buffer.alloc(2000));
        setTimeout(() => {
          expect(uploaded().length).toBeGreaterThan(before.length);
          socket.destroy();
          setTimeout(resolve, 300);
        }, 300);
      });
    });
    expect(uploaded()).toEqual(before);
  });
});

it('leaves nothing behind when it ends', async () => {
  const other = await startHost();
  const mine = (): readonly string[] => readdirSync(tmpdir()).filter((entry) => entry.startsWith(`vovision-uploads-${process.pid}-`));
  const before = mine().length;
  await other.close();
  expect(mine().length).toBe(before - 1);
});
