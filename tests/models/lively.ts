import { createRandom } from '../../models/networks/random.js';
import type { Network } from '../../models/networks/layers.js';
import { parametersOf, sizeOf, type Weights } from '../../models/networks/weights.js';

/** Weights with norms and biases that do something, as after a training. */
export const lively = (weights: Weights, seed: number): Weights => new Map([...weights].map(([name, values]) => {
  if (name.endsWith('.weight')) return [name, values];
  const random = createRandom(seed, `lively ${name}`);
  const [low, high] = /scale|variance/.test(name) ? [0.6, 1.4] : [-0.3, 0.3];
  return [name, values.map((value) => (low + (high - low) * random()) * (name.endsWith('scale') ? value : 1))];
}));

/** Weights for tests that look at the graph and not at what it computes. */
export const ones = (network: Network): Weights =>
  new Map(parametersOf(network).map(({ name, dims }) => [name, new Float32Array(sizeOf(dims)).fill(1)]));
