import { beforeEach, describe, expect, it } from 'vitest';
import type { StoreApi } from 'zustand';
import type { LiveStats, Opened, PageBridge, RunState, Token, VideoInfo } from '../../../electron/engine/contract/contract.js';
import { createApp } from '../../../renderer/state/create.js';
import type { App } from '../../../renderer/state/slice.js';

const opened = (token: Token, name = `${token}.mp4`): Opened => ({ kind: 'opened', video: { token, name, duration: 1 } as unknown as VideoInfo });

type Asked = { readonly name: string; readonly args: { readonly video?: Token; readonly run?: string }; readonly answer: (value: unknown) => void };

let asked: Asked[];
let app: StoreApi<App>;

/** An engine that answers when the test says so. */
beforeEach(() => {
  asked = [];
  const bridge: PageBridge = {
    request: ((name: string, args: Asked['args']) => new Promise((resolve) => asked.push({ name, args, answer: resolve as Asked['answer'] }))) as PageBridge['request'],
    on: () => () => undefined,
    drop: () => Promise.resolve([]),
  };
  app = createApp(bridge);
  app.setState({ modelId: 'nano' });
});

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const running: RunState = { kind: 'running' };
const done: RunState = { kind: 'done', warning: null };
const starts = (): readonly Token[] => asked.filter(({ name }) => name === 'run.start').map(({ args }) => args.video!);
/** Answers the start of a video's analysis. */
const begin = async (video: Token, run: string, state: RunState = running): Promise<void> => {
  const start = asked.filter(({ name, args }) => name === 'run.start' && args.video === video).at(-1)!;
  start.answer({ run, video, model: { id: 'nano' }, provider: { others: [] }, mode: 'every-frame', state, analysed: [] });
  await soon();
};
const says = async (run: string, state: RunState): Promise<void> => {
  app.getState().runChanged({ run, state });
  await soon();
};
const states = (): Readonly<Record<Token, string>> => Object.fromEntries(app.getState().queue.map(({ video, state }) => [video.token, state]));
const open = async (...tokens: Token[]): Promise<void> => {
  app.getState().opened(tokens.map((token) => opened(token)));
  await soon();
};
const stopped = (): readonly (string | undefined)[] => asked.filter(({ name }) => name === 'run.stop').map(({ args }) => args.run);

describe('the queue', () => {
  it('goes on after a video whose content is there twice', async () => {
    await open('a', 'copy', 'c');
    await begin('a', 'same');
    await says('same', done);
    expect([states(), starts()]).toEqual([{ a: 'done', copy: 'analysing', c: 'waiting' }, ['a', 'copy']]);
    await begin('copy', 'same');
    app.getState().statsCame({ run: 'same', framesDone: 5, framesTotal: 10 } as LiveStats);
    expect(app.getState().queue.map(({ progress }) => progress)).toEqual([1, 0.5, null]);
    await says('same', done);
    expect([states(), starts()]).toEqual([{ a: 'done', copy: 'done', c: 'analysing' }, ['a', 'copy', 'c']]);
    await begin('c', 'other');
    await says('other', done);
    expect(states()).toEqual({ a: 'done', copy: 'done', c: 'done' });
  });

  it('goes on where the video at work is taken out, before and after its analysis has begun', async () => {
    await open('a', 'b', 'c', 'd');
    await begin('a', 'run a');
    await says('run a', done);
    await begin('b', 'run b');
    app.getState().removeFromQueue('b');
    await soon();
    expect([states(), stopped()]).toEqual([{ a: 'done', c: 'analysing', d: 'waiting' }, ['run b']]);
    app.getState().removeFromQueue('c');
    await soon();
    expect(states()).toEqual({ a: 'done', d: 'analysing' });
    // Its start was asked for before it went.
    await begin('c', 'run c');
    expect(stopped()).toEqual(['run b', 'run c']);
    await begin('d', 'run d');
    await says('run d', done);
    expect(states()).toEqual({ a: 'done', d: 'done' });
  });

  it('stops the analysis of the last video when it is taken off the screen', async () => {
    await open('a');
    await begin('a', 'run a');
    app.getState().removeFromQueue('a');
    await soon();
    expect([app.getState().current, stopped()]).toEqual([null, ['run a']]);
  });

  it('begins anew with a file that was replaced, and not with one that is as it was', async () => {
    await open('a', 'b');
    await begin('a', 'run a');
    await says('run a', done);
    await open('a');
    expect([states()['a'], starts()]).toEqual(['done', ['a', 'b']]);
    app.getState().opened([opened('a', 'longer.mp4')]);
    await soon();
    expect(app.getState().queue[0]?.video.name).toBe('longer.mp4');
    expect([states()['a'], starts().at(-1)]).toEqual(['analysing', 'a']);
  });
});

describe('sound that the browser held back', () => {
  it('is let go by the button that says so, which mutes the next time', () => {
    app.setState({ silenced: true });
    app.getState().toggleSound();
    expect([app.getState().silenced, app.getState().muted]).toEqual([false, false]);
    app.getState().toggleSound();
    expect(app.getState().muted).toBe(true);
    app.setState({ silenced: true });
    app.getState().toggleSound();
    expect([app.getState().silenced, app.getState().muted]).toEqual([false, false]);
  });
});

describe('an export that ends while the lab is in front', () => {
  it('is said once, done or failed', () => {
    app.setState({ place: 'lab' });
    const progress = (state: 'running' | 'done' | 'failed', job: string) => app.getState().exportProgressed({ job, state, outputName: `${job}.mp4`, error: state === 'failed' ? { kind: 'output', message: 'The disk is full.' } : null } as never);
    for (const state of ['running', 'running', 'done', 'done'] as const) progress(state, 'one');
    for (const state of ['running', 'failed'] as const) progress(state, 'two');
    app.setState({ place: 'video' });
    for (const state of ['running', 'done'] as const) progress(state, 'three');
    const { notices } = app.getState();
    expect(notices.map(({ tone }) => tone)).toEqual(['success', 'error']);
    expect(notices.map(({ message }) => message.includes('one.mp4') || message.includes('two.mp4'))).toEqual([true, true]);
    expect(notices[1]?.hint).toBe('The disk is full.');
  });
});
