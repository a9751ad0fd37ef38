import type { ProviderChoice, ProviderId, ProviderStatus } from '../../electron/engine/contract/contract.js';
import { words } from '../words.js';

/** The name a provider goes by: as the engine labels it, else as the catalogue does. */
export const providerName = (id: ProviderId, known: readonly ProviderStatus[]): string =>
  known.find((status) => status.id === id)?.label ?? words.models.providers[id];

export type ProviderHealth =
  /** It is what was asked for, and nothing faster was refused. */
  | { readonly kind: 'fine' }
  /** Another one runs than the one asked for. */
  | { readonly kind: 'fallback'; readonly reason: string }
  /** The fastest of those that work, but some were refused. */
  | { readonly kind: 'passed-over'; readonly others: readonly ProviderStatus[] };

/** Whether what runs is what was meant to run, told honestly. */
export const providerHealth = (choice: ProviderChoice): ProviderHealth => {
  if (choice.asked !== 'auto' && choice.asked !== choice.running) {
    const refused = choice.others.find((other) => other.id === choice.asked);
    return { kind: 'fallback', reason: refused?.reason ?? choice.reason };
  }
  const others = choice.others.filter((other) => other.state === 'passed-over' && other.id !== choice.running);
  return choice.asked === 'auto' && choice.running === 'cpu' && others.length > 0 ? { kind: 'passed-over', others } : { kind: 'fine' };
};
