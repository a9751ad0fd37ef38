import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesktop, whyNot, type DesktopApp, type Mode } from './electron-app.js';
import type { DesktopBridge, LabOverview, LabProgress, LabResult } from '../../../electron/engine/contract/contract.js';

declare const window: { readonly vovision: DesktopBridge };

/** How many processes of the app measure something. */
const measuring = ({ app }: DesktopApp): Promise<number> =>
  app.evaluate(({ app: electron }) => electron.getAppMetrics().filter(({ name }) => name === 'VoVision measurement').length);

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe.each<Mode>(['sandboxed', 'root'])('measuring in the desktop app, %s', (mode) => {
  const reason = whyNot(mode);
  let desktop: DesktopApp | null = null;
  beforeAll(async () => {
    if (reason === null) desktop = await openDesktop(mode);
  });
  afterAll(async () => desktop?.close());

  it.skipIf(reason !== null)(`runs in processes that the app starts for its engine${reason === null ? '' : ` (${reason})`}`, async () => {
    if (desktop === null) throw new Error('The app was not started.');
    const opened = desktop;
    const work = opened.page.evaluate(async () => {
      const { vovision } = window;
      const ask = async (name: string, args: unknown): Promise<unknown> => {
        const answer = await vovision.request(name, args);
        if (!answer.ok) throw new Error(answer.error.message);
        return answer.value;
      };
      const overview = await ask('lab.open', {});
      const told: LabProgress[] = [];
      const measure = async (turn: number, cancelAt: string | null): Promise<LabProgress> => {
        const ended = new Promise<LabProgress>((resolve) => {
          const off = vovision.on('lab', (payload) => {
            const progress = payload as LabProgress;
            told.push(progress);
            if (cancelAt !== null && progress.state === 'running' && progress.step.startsWith(cancelAt)) void ask('lab.cancel', { job: progress.job });
            if (progress.state === 'running') return;
            off();
            resolve(progress);
          });
        });
        await ask('lab.start', {
          plan: { kind: 'compare', subjects: ['network:mobilenet-v1', 'network:vovnet-27-slim'], provider: 'cpu', size: { width: 64, height: 64 }, batch: 1, rounds: 2, turn, energy: false },
        });
        return ended;
      };
      const done = await measure(20, null);
      const result = await ask('lab.result', { id: done.result ?? '' });
      const cancelled = await measure(60_000, 'Round');
      return { overview, done, result, cancelled };
    }) as Promise<{ overview: LabOverview; done: LabProgress; result: LabResult; cancelled: LabProgress }>;
    const [seen] = await Promise.all([work, until(async () => (await measuring(opened)) > 0)]);
    expect(seen.overview.providers).toContain('cpu');
    expect(seen.done).toMatchObject({ state: 'done', error: null });
    expect(seen.done.rows.map(({ latency, nodes, error }) => [latency !== null, nodes?.[0]?.provider, error])).toEqual([[true, 'CPU', null], [true, 'CPU', null]]);
    expect(seen.result.outcome).toMatchObject({ kind: 'compare', rows: seen.done.rows });
    expect(seen.cancelled).toMatchObject({ state: 'cancelled', result: null });
    await until(async () => (await measuring(opened)) === 0);
  });
});
