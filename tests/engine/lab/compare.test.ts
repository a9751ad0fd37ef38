import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeChildren, type Child } from '../../../electron/engine/children.js';
import { milliseconds, UserError, type CompareRow } from '../../../electron/engine/contract/contract.js';
import { benchOpener } from '../../../electron/engine/lab/bench.js';
import { compare, type CompareSetting } from '../../../electron/engine/lab/compare.js';
import { roundOrders } from '../../../electron/engine/lab/statistics.js';
import { fileSubject, networkSubject, openSubject } from '../../../electron/engine/lab/subjects.js';
import type { OpenBench } from '../../../electron/engine/lab/types.js';
import { networkCost } from '../../../models/cost/cost.js';
import { buildModel } from '../../../models/onnx/build.js';
import { writeModel } from '../../../models/onnx/write.js';
import { findNetwork } from '../../../models/reference/catalogue.js';

const folder = mkdtempSync(join(tmpdir(), 'compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Children that are counted, with what they are asked. */
const alive = new Set<Child>();
const asked: string[] = [];
const startChild = (entry: Parameters<typeof nodeChildren>[0]): Child => {
  const child = nodeChildren(entry);
  alive.add(child);
  child.onExit(() => alive.delete(child));
  return { ...child, send: (message) => {
    asked.push((message as { kind: string }).kind);
    child.send(message);
  } };
};
const openBench = benchOpener(startChild, folder);
const workshop = { startChild, folder };
const network = (id: string) => networkSubject(findNetwork(id)!, workshop);

/** Looks a table up with the first number of the picture: what is made up is not in it, so it loads and fails as it runs. */
const fragile = join(folder, 'fragile.onnx');
beforeAll(() => {
  writeFileSync(fragile, writeModel(buildModel({ name: 'fragile' }, (graph) => {
    const image = graph.input('image', 'float32', [1, 3, 8, 8]);
    const ints = (...values: number[]) => graph.constant('int64', [values.length], values);
    const index = graph.node('Cast', [graph.node('Mul', [graph.node('Reshape', [image, ints(-1)]), graph.constant('float32', [1], [1e9])])], { to: { int: 7 } });
    graph.output('y', graph.node('Gather', [graph.constant('float32', [2], [1, 2]), index]), 'float32', [null]);
  })));
  writeFileSync(join(folder, 'broken.onnx'), 'this is no model');
});

type Told = { readonly rows: (readonly CompareRow[])[]; readonly steps: string[]; readonly fractions: number[]; readonly notes: string[] };

const setting = (more: Partial<CompareSetting> = {}): CompareSetting & { readonly told: Told } => {
  const told: Told = { rows: [], steps: [], fractions: [], notes: [] };
  return {
    runner: { provider: 'cpu', threads: 1 }, openBench, size: { width: 64, height: 64 }, batch: 1, rounds: 3, turn: 10, energy: null, room: 8 * 2 ** 30,
    progress: (step, fraction) => {
      told.steps.push(step);
      told.fractions.push(fraction);
    },
    onRows: (rows) => told.rows.push(rows),
    onNote: (note) => told.notes.push(note),
    signal: new AbortController().signal,
    ...more, told,
  };
};

describe('a comparison', () => {
  it('measures all in turns, each in its own process, and leaves nothing behind', async () => {
    const ids = ['vovnet-27-slim', 'mobilenet-v1', 'vovnetv2-19-slim-dw'];
    let working = 0;
    let most = 0;
    const watched: OpenBench = async (graph, signal) => {
      const bench = await openBench(graph, signal);
      return { ...bench, run: async (least, cancel) => {
        most = Math.max(most, ++working);
        return bench.run(least, cancel).finally(() => working--);
      } };
    };
    const { told, ...how } = setting({ openBench: watched });
    const rows = await compare(ids.map(network), how);
    expect(rows.map(({ error }) => error)).toEqual([null, null, null]);
    expect(most).toBe(1);
    // The turns are those of the shuffled orders.
    const turns = told.steps.flatMap((step) => /^Round (\d) of 3: (.*)$/.exec(step)?.slice(1, 3).join(' ') ?? []);
    expect(turns).toEqual(roundOrders(3, 3).flatMap((order, round) => order.map((n) => `${round + 1} ${rows[n]!.title}`)));
    for (const [n, row] of rows.entries()) {
      const cost = networkCost(findNetwork(ids[n]!)!.build({ width: 64, height: 64 }));
      expect(row).toMatchObject({ subject: `network:${ids[n]!}`, input: { width: 64, height: 64 }, batch: 1, parameters: cost.parameters, multiplyAdds: cost.multiplyAdds, memoryAccess: cost.memoryAccess });
      const { p50, p95, low, high, runs } = row.latency!;
      expect(runs).toBeGreaterThanOrEqual(9);
      expect(low).toBeLessThanOrEqual(p50);
      expect(p50).toBeLessThanOrEqual(p95);
      expect(low).toBeLessThanOrEqual(high);
      expect(row.framesPerSecond).toBeCloseTo(1000 / p50, 9);
      expect(row.computation).toBeCloseTo((cost.multiplyAdds * row.framesPerSecond!) / 1e9, 9);
      // The weights lie in memory at the least.
      expect(row.memory).toBeGreaterThan(cost.parameters * 4);
      expect(row.memory).toBeLessThan(2 ** 30);
      expect(row.nodes?.map(({ provider }) => provider)).toEqual(['CPU']);
      expect(row.nodes?.[0]?.nodes).toBeGreaterThan(20);
    }
    told.fractions.reduce((before, fraction) => {
      expect(fraction).toBeGreaterThanOrEqual(before);
      expect(fraction).toBeLessThanOrEqual(1);
      return fraction;
    }, 0);
    // Rows come in as they are known.
    expect(told.rows[0]?.every(({ latency }) => latency === null)).toBe(true);
    expect(told.rows.some((each) => each.filter(({ latency }) => latency !== null).length === 1)).toBe(true);
    expect(alive.size).toBe(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('bench-'))).toEqual([]);
  });

  it('goes on beside what cannot be read, loaded or run', async () => {
    const rows = await compare([fileSubject(join(folder, 'broken.onnx')), network('mobilenet-v1'), fileSubject(fragile), fileSubject(join(folder, 'none.onnx'))], setting());
    expect(rows.map(({ title, latency, error }) => [title, latency !== null, error?.kind ?? null])).toEqual([
      ['broken.onnx', false, 'bad-model'], ['MobileNet v1', true, null], ['fragile.onnx', false, 'provider'], ['none.onnx', false, 'bad-model'],
    ]);
    // Errors name files without what leads to them.
    expect(JSON.stringify(rows.map(({ error }) => error))).not.toContain(folder);
    expect(rows[3]?.error?.message).toBe('There is no model file at none.onnx.');
    expect(rows[2]?.error?.message).toMatch(/indices element out of data bounds/);
    expect(alive.size).toBe(0);
  });

  it('goes on when the process of one ends in the middle', async () => {
    let victim: (() => Promise<void>) | undefined;
    const deadly: OpenBench = async (graph, signal) => {
      const children = new Set(alive);
      const bench = await openBench(graph, signal);
      const [own] = [...alive].filter((child) => !children.has(child));
      victim ??= () => Promise.resolve(own?.kill());
      return bench;
    };
    const how = setting({ openBench: deadly });
    const rows = await compare([network('vovnet-27-slim'), network('mobilenet-v1')], { ...how, progress: (step, fraction) => {
      how.progress(step, fraction);
      if (step.startsWith('Round 2')) void victim?.();
    } });
    expect(rows[0]?.error?.message).toMatch(/ended unexpectedly \(SIGKILL\)/);
    // What was measured before is kept.
    expect(rows[0]?.latency).not.toBeNull();
    expect(rows[1]?.error).toBeNull();
    expect(rows[1]?.nodes).not.toBeNull();
    expect(alive.size).toBe(0);
  });

  it('measures in groups what does not fit into memory at once, and says so', async () => {
    const { told, ...how } = setting({ room: 200 * 2 ** 20, rounds: 1 });
    const rows = await compare(['mobilenet-v1', 'vovnetv2-19-slim-dw'].map(network), how);
    expect(rows.every(({ latency }) => latency !== null)).toBe(true);
    expect(told.notes).toEqual([expect.stringMatching(/2 groups/)]);
    expect(told.steps.indexOf('Loading VoVNetV2-19-slim-dw')).toBeGreaterThan(told.steps.indexOf('Looking at the nodes of MobileNet v1'));
  });

  it('refuses what needs more memory than there is, before it is loaded, and measures the others', async () => {
    asked.length = 0;
    const rows = await compare(['mobilenet-v1', 'vovnet-57'].map(network), setting({ batch: 64, room: 240 * 2 ** 20, rounds: 1 }));
    expect(rows[0]?.error).toBeNull();
    expect(rows[1]?.error).toMatchObject({ kind: 'usage', message: expect.stringMatching(/^It needs at least 0\.\d GB of memory, and 0\.2 GB may be taken\.$/) as string });
    expect(asked.filter((kind) => kind === 'open')).toHaveLength(1);
  });

  it('takes several pictures at once', async () => {
    const [row] = await compare([network('mobilenet-v1')], setting({ batch: 4, rounds: 1 }));
    expect(row?.batch).toBe(4);
    expect(row?.framesPerSecond).toBeCloseTo(4000 / row!.latency!.p50, 9);
    // Costs are of one picture.
    expect(row?.multiplyAdds).toBe(networkCost(findNetwork('mobilenet-v1')!.build({ width: 64, height: 64 })).multiplyAdds);
  });

  it('ends at once when it is cancelled, with its processes', async () => {
    const abort = new AbortController();
    const how = setting({ signal: abort.signal, rounds: 100, turn: 60_000 });
    const work = compare(['mobilenet-v1', 'vovnet-27-slim'].map(network), { ...how, progress: (step) => {
      // In the middle of a turn of a minute.
      if (step.startsWith('Round')) setTimeout(() => abort.abort(new Error('enough')), 100);
    } });
    await expect(work).rejects.toThrow('enough');
    expect(alive.size).toBe(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('bench-'))).toEqual([]);
  });
});

describe('a bench', () => {
  it('gives the time of every node, and the graph they are of', async () => {
    const subject = await openSubject(network('mobilenet-v1'), { width: 64, height: 64 }, 1);
    const bench = await openBench({ source: subject.source, inputs: subject.inputs, provider: 'cpu', threads: 1 });
    const { nodes, optimised } = await bench.profile(3);
    expect(nodes.every(({ times }) => times.length === 3 && times.every((time) => time >= 0))).toBe(true);
    expect(nodes.filter(({ operator }) => operator === 'Conv').length).toBe(27);
    expect(new Set(nodes.map(({ provider }) => provider))).toEqual(new Set(['CPUExecutionProvider']));
    expect(optimised?.length).toBeGreaterThan(10e6);
    expect((await bench.profile(1, undefined, false)).optimised).toBeNull();
    expect(await bench.run({ runs: 2, milliseconds: milliseconds(0) })).toHaveLength(2);
    await bench.dispose();
    await expect(bench.run({ runs: 1, milliseconds: milliseconds(0) })).rejects.toThrow('closed');
    await bench.dispose();
  });

  it('says in a sentence what a provider has against a graph', async () => {
    const source = writeModel(buildModel({ name: 'odd' }, (graph) => {
      const x = graph.input('x', 'float32', [1]);
      graph.output('y', graph.node('NoSuchOperator', [x]), 'float32', [1]);
    }));
    await expect(openBench({ source, inputs: {}, provider: 'cpu', threads: null })).rejects.toThrow(UserError);
    await expect(openBench({ source, inputs: {}, provider: 'dml', threads: null })).rejects.toThrow('This build of ONNX Runtime does not contain it.');
    mkdirSync(join(folder, 'sub'));
    await expect(benchOpener(startChild, join(folder, 'sub'))({ source: join(folder, 'gone.onnx'), inputs: {}, provider: 'cpu', threads: null })).rejects.toThrow(UserError);
    expect(readdirSync(join(folder, 'sub'))).toEqual([]);
    expect(alive.size).toBe(0);
  });
});
