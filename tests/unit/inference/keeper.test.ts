import { describe, expect, it } from 'vitest';
import type { ProviderId } from '../../../electron/engine/contract/contract.js';
import { SessionKeeper } from '../../../electron/engine/inference/keeper.js';
import type { ProviderChange } from '../../../electron/engine/inference/types.js';

/** A keeper whose sessions work as `plan` says: for each provider, in order, 'ok' or what goes wrong. */
const keeperOf = (provider: ProviderId, plan: Partial<Record<ProviderId, readonly ('ok' | 'fails' | 'not opened')[]>>) => {
  const changes: ProviderChange[] = [];
  const log: string[] = [];
  const left = new Map(Object.entries(plan).map(([id, steps]) => [id, [...steps]]));
  const keeper = new SessionKeeper(provider, (id) => {
    if (left.get(id)?.[0] === 'not opened') {
      left.get(id)?.shift();
      return Promise.reject(new Error(`${id} does not open`));
    }
    log.push(`open ${id}`);
    return Promise.resolve({ id, dispose: () => { log.push(`close ${id}`); return Promise.resolve(); } });
  }, (change) => changes.push(change));
  const run = (): Promise<string> => keeper.run(({ id }) => {
    const step = left.get(id)?.shift() ?? 'ok';
    return step === 'ok' ? Promise.resolve(id) : Promise.reject(new Error('887A0005 device removed'));
  });
  return { keeper, run, changes, log };
};

describe('a session that fails', () => {
  it('is made anew once with the same provider, and the frame is not lost', async () => {
    const { keeper, run, changes, log } = keeperOf('dml', { dml: ['ok', 'fails', 'ok'] });
    await keeper.start();
    expect([await run(), await run(), await run()]).toEqual(['dml', 'dml', 'dml']);
    expect(changes).toEqual([{ from: 'dml', to: 'dml', reason: 'The graphics device was lost.' }]);
    expect(log).toEqual(['open dml', 'close dml', 'open dml']);
  });

  it('twice in a row goes over to the CPU and stays there', async () => {
    const { keeper, run, changes, log } = keeperOf('webgpu', { webgpu: ['fails', 'fails'] });
    await keeper.start();
    expect([await run(), await run()]).toEqual(['cpu', 'cpu']);
    expect(changes).toEqual([{ from: 'webgpu', to: 'cpu', reason: 'The graphics device was lost.' }]);
    expect(log).toEqual(['open webgpu', 'close webgpu', 'open webgpu', 'close webgpu', 'open cpu']);
  });

  it('cannot be opened again: the CPU takes over', async () => {
    const { keeper, run } = keeperOf('cuda', { cuda: ['fails', 'not opened'] });
    await keeper.start();
    expect(await run()).toBe('cpu');
    expect(keeper.running).toBe('cpu');
  });

  it('now and then is not given a new session for ever', async () => {
    const { keeper, run, changes } = keeperOf('dml', { dml: ['fails', 'ok', 'fails', 'ok', 'fails'] });
    await keeper.start();
    expect([await run(), await run(), await run()]).toEqual(['dml', 'dml', 'cpu']);
    expect(changes.map(({ to }) => to)).toEqual(['dml', 'dml', 'cpu']);
  });

  it('on a frame that the CPU cannot do either fails that frame only', async () => {
    const { keeper, run, changes } = keeperOf('webgpu', { webgpu: ['fails', 'fails', 'ok'], cpu: ['fails'] });
    await keeper.start();
    await expect(run()).rejects.toThrow('device removed');
    expect(await run()).toBe('webgpu');
    expect(changes).toEqual([]);
  });

  it('on the CPU is tried once more, then the frame fails', async () => {
    const { keeper, run } = keeperOf('cpu', { cpu: ['fails', 'fails', 'ok'] });
    await keeper.start();
    await expect(run()).rejects.toThrow('device removed');
    expect(await run()).toBe('cpu');
  });

  it('before the first frame is the caller’s to hear of', async () => {
    const { keeper } = keeperOf('cuda', { cuda: ['not opened'] });
    await expect(keeper.start()).rejects.toThrow('cuda does not open');
  });
});
