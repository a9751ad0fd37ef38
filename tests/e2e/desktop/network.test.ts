import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDesktop, whyNot, type Mode } from './electron-app.js';

const hits: string[] = [];
let server: Server;
let local: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    hits.push(request.url ?? '');
    response.writeHead(200, { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const reason = whyNot('root') === null ? null : whyNot('sandboxed');
const mode: Mode = whyNot('root') === null ? 'root' : 'sandboxed';
it.skipIf(reason !== null)(`lets no request out even without its content security policy${reason === null ? '' : ` (skipped: ${reason})`}`, async () => {
  const desktop = await openDesktop(mode, { bypassCSP: true });
  try {
    const outcomes = await desktop.page.evaluate(async (address) => {
      const outcome = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'reached', () => 'refused');
      return [await outcome(fetch(`${address}/bypass`, { mode: 'no-cors' })), await outcome(fetch('http://localhost:1/')), await outcome(fetch('file:///etc/passwd'))];
    }, local);
    expect(outcomes).toEqual(['refused', 'refused', 'refused']);
    expect(hits).toEqual([]);
  } finally {
    await desktop.close();
  }
});
