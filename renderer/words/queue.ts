import type { App } from '../state/slice.js';

type State = App['queue'][number]['state'];

const states: Readonly<Record<State, string>> = { waiting: 'Waiting', analysing: 'Analysing', done: 'Done', failed: 'Failed' };

export const queueWords = {
  title: 'Queue',
  states,
  progress: (percent: string) => `${percent} analysed`,
  add: 'Add videos',
  remove: (name: string) => `Take ${name} out of the queue`,
  show: (name: string, state: string) => `Show ${name}: ${state}`,
  done: (done: number, total: number) => `${done} of ${total} done`,
} as const;
