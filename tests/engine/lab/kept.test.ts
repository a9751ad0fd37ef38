import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { milliseconds, UserError, type LabMachine, type LabResult } from '../../../electron/engine/contract/contract.js';
import { KeptResults } from '../../../electron/engine/lab/kept.js';
import { describeMachine, machineKey } from '../../../electron/engine/lab/machine.js';

const folder = mkdtempSync(join(tmpdir(), 'kept-'));
afterAll(() => rmSync(folder, { recursive: true }));

const machine: LabMachine = { key: 'k', processor: 'P', cores: 2, memory: 24 * 2 ** 30, graphics: ['A', 'B'], system: 'Linux 6', runtime: 'onnxruntime 1' };
const size = { width: 224, height: 224 };
const idOf = (n: number): string => `result-${String(n).padStart(12, '0')}`;

const resultOf = (n: number, at = n): LabResult => ({
  id: idOf(n), title: `Result ${n}`, kind: 'compare', at, machine, provider: 'cpu',
  plan: { kind: 'compare', subjects: ['network:vovnet-39'], provider: 'cpu', size, batch: 1, rounds: 2, turn: 100, energy: true },
  outcome: {
    kind: 'compare', meter: { kind: 'none', reason: 'No meter.' }, notes: ['A note.'],
    rows: [
      {
        subject: 'network:vovnet-39', title: 'VoVNet-39', family: 'vovnet', input: size, batch: 1, parameters: 1, multiplyAdds: 2, memoryAccess: 3, peakActivationBytes: 4,
        latency: { p50: milliseconds(1.5), p95: milliseconds(2), low: milliseconds(1), high: milliseconds(2), runs: 9 },
        framesPerSecond: 10, computation: 20, memory: null, energy: { joulesPerImage: 1, watts: 2, idleWatts: 3, samples: 4, meter: 'm' },
        nodes: [{ provider: 'CPU', nodes: 38 }], error: { kind: 'provider', message: 'It broke.', hint: 'Mend it.' },
      },
    ],
  },
});

const others: readonly LabResult[] = [
  {
    ...resultOf(90), kind: 'layers', plan: { kind: 'layers', subject: 'model:x', provider: 'cpu', size, batch: 1, runs: 5 },
    outcome: {
      kind: 'layers', title: 'X', whole: milliseconds(3), nodes: [],
      rows: [{ name: 'a', parts: ['a', 'b'], operator: 'Conv', provider: 'CPU', time: milliseconds(1), share: 1, parameters: null, multiplyAdds: 1, memoryAccess: 2, module: 'stage2.module1' }],
    },
  },
  {
    ...resultOf(91), kind: 'experiment', plan: { kind: 'experiment', experiment: 'channel-ratio', provider: 'cpu', subject: null, rounds: 1 },
    outcome: {
      kind: 'experiment', experiment: 'channel-ratio', finding: 'It is so.',
      table: { columns: [{ key: 'a', title: 'A', unit: 'ms', kind: 'number', digits: 3 }], rows: [[1], [null], ['text']] },
      charts: [{ kind: 'bars', title: 'C', x: 'a', y: 'a', by: null }],
    },
  },
];

describe('kept results', () => {
  it('are none that could not be read again', async () => {
    const kept = new KeptResults(join(folder, 'beyond'));
    const result = resultOf(1);
    const beyond = { ...result, plan: { ...result.plan, size: { width: 4096, height: 4096 } } } as LabResult;
    await expect(kept.keep(beyond)).rejects.toThrow('The result is not kept');
    expect(await kept.list()).toEqual({ headers: [], damaged: 0 });
  });

  it('come back as they were, newest first, from another process’s folder too', async () => {
    const kept = new KeptResults(join(folder, 'one'));
    expect(await kept.list()).toEqual({ headers: [], damaged: 0 });
    const all = [resultOf(1, 50), ...others, resultOf(2, 500)];
    for (const result of all) await kept.keep(result);
    const again = new KeptResults(join(folder, 'one'));
    for (const result of all) expect(await again.get(result.id)).toEqual(result);
    expect((await again.list()).headers.map(({ id }) => id)).toEqual([idOf(2), idOf(91), idOf(90), idOf(1)]);
    expect((await again.list()).headers[0]).toEqual({ id: idOf(2), title: 'Result 2', kind: 'compare', at: 500, machine, provider: 'cpu' });
    await again.forget(idOf(90));
    await again.forget(idOf(90));
    await expect(kept.get(idOf(90))).rejects.toThrow(UserError);
    expect(readdirSync(join(folder, 'one')).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });

  it('are left out and counted where they are damaged', async () => {
    const place = join(folder, 'two');
    const kept = new KeptResults(place);
    await kept.keep(resultOf(1));
    const good = { version: 1, result: resultOf(2) };
    const damages: readonly string[] = [
      '', '{', 'null', '[]', '{"version":1}', JSON.stringify({ ...good, version: 2 }), JSON.stringify({ ...good, result: { ...good.result, id: 'another-result-00' } }),
      JSON.stringify({ ...good, result: { ...good.result, outcome: others[0]?.outcome } }),
      JSON.stringify({ ...good, result: { ...good.result, provider: 'abacus' } }),
      JSON.stringify({ ...good, result: { ...good.result, at: 'yesterday' } }), JSON.stringify(good).slice(0, -20), '['.repeat(100_000), ' '.repeat(9 * 2 ** 20),
    ];
    for (const text of damages) {
      writeFileSync(join(place, `${idOf(2)}.json`), text);
      expect(await kept.list()).toMatchObject({ headers: [{ id: idOf(1) }], damaged: 1 });
      await expect(kept.get(idOf(2))).rejects.toMatchObject({ kind: 'missing' });
    }
    // What is none of ours is no result.
    writeFileSync(join(place, 'readme.txt'), '');
    writeFileSync(join(place, `${idOf(3)}.json.77.part`), '');
    expect((await kept.list()).damaged).toBe(1);
  });

  it('lie in their folder whatever is asked for', async () => {
    const kept = new KeptResults(join(folder, 'three'));
    writeFileSync(join(folder, 'outside-0123456789.json'), JSON.stringify({ version: 1, result: resultOf(1) }));
    for (const id of ['../outside-0123456789', '..', '', 'short', 'a'.repeat(65), 'result-0000/../../x', `${idOf(1)}\0`]) {
      await expect(kept.get(id)).rejects.toThrow(UserError);
      await expect(kept.forget(id)).rejects.toThrow(UserError);
    }
    expect(readdirSync(folder)).toContain('outside-0123456789.json');
  });

  it('are not more than 300', async () => {
    const place = join(folder, 'four');
    const kept = new KeptResults(place);
    await kept.keep(resultOf(0));
    for (let n = 1; n < 305; n++) writeFileSync(join(place, `${idOf(n)}.json`), JSON.stringify({ version: 1, result: resultOf(n) }));
    await kept.keep(resultOf(305));
    const { headers } = await kept.list();
    expect(headers.length).toBe(300);
    expect([headers[0]?.id, headers[299]?.id]).toEqual([idOf(305), idOf(6)]);
  });

  it('say where they cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(new KeptResults(join(folder, 'file')).keep(resultOf(1))).rejects.toMatchObject({ kind: 'output' });
  });
});

describe('the machine', () => {
  it('has the same key as long as it is the same', async () => {
    const here = await describeMachine();
    expect(await describeMachine()).toEqual(here);
    expect(here.key).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(here.cores).toBeGreaterThan(0);
    expect(here.runtime).toMatch(/^onnxruntime \d+\.\d+/);
    const key = machineKey(machine);
    expect(machineKey({ ...machine, memory: machine.memory - 40 * 2 ** 20, graphics: ['B', 'A'] })).toBe(key);
    for (const other of [{ cores: 3 }, { processor: 'Q' }, { runtime: 'onnxruntime 2' }, { graphics: ['A'] }, { memory: 32 * 2 ** 30 }]) {
      expect(machineKey({ ...machine, ...other })).not.toBe(key);
    }
  });
});
