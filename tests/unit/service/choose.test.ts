import { describe, expect, it } from 'vitest';
import { milliseconds, UserError, type ProviderId, type ProviderStatus } from '../../../electron/engine/contract/contract.js';
import { choose } from '../../../electron/engine/service/workers.js';

const ready = (id: ProviderId, latency: number): ProviderStatus => ({ id, label: id, state: 'ready', latency: milliseconds(latency), reason: null });
const passedOver = (id: ProviderId, reason: string): ProviderStatus => ({ id, label: id, state: 'passed-over', latency: null, reason });

describe('which provider runs', () => {
  it('is the CPU until something was tried', () => {
    expect(choose('auto', [])).toMatchObject({ asked: 'auto', running: 'cpu' });
  });
  it('is the fastest that gives right results, in any order', () => {
    expect(choose('auto', [ready('cpu', 12), passedOver('cuda', 'no card'), ready('webgpu', 4)]).running).toBe('webgpu');
    expect(choose('auto', [ready('webgpu', 40), ready('cpu', 12)]).running).toBe('cpu');
  });
  it('says why the others were passed over', () => {
    const others = [ready('cpu', 12), passedOver('cuda', 'no card')];
    expect(choose('auto', others).others).toEqual(others);
  });
  it('is never one that was asked for by name and does not work', () => {
    expect(() => choose('cuda', [ready('cpu', 12), passedOver('cuda', 'There is no card.')])).toThrow(UserError);
    expect(() => choose('cuda', [ready('cpu', 12), passedOver('cuda', 'There is no card.')])).toThrow(/There is no card/);
  });
  it('is the one asked for, even where another is faster', () => {
    expect(choose('cpu', [ready('webgpu', 4), ready('cpu', 12)])).toMatchObject({ asked: 'cpu', running: 'cpu' });
  });
});
