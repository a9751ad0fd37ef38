/** What can run a model on this machine: the table of providers, and their ranking by trial. */
export { explainProviderError, providerOf, providersOf, type Provider } from './provider-table.js';
export { rankProviders, storedRanking, type RankOptions } from './ranking.js';
export type { TrialRunner } from './trial-runner.js';
