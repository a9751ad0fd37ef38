import type { Network } from '../networks/layers.js';
import { parametersOf, type Weights } from '../networks/weights.js';
import { floatTensor, type FloatType, type Tensor } from './numbers.js';
import { writeSafetensors } from './safetensors.js';

/**
 * The safetensors file of a network's weights, under the names `parametersOf` gives. `notes` say how the
 * network was built, where its ID does not. Throws a RangeError where weights are missing or of another size.
 */
export const packWeights = (network: Network, weights: Weights, notes: ReadonlyMap<string, string>, type: FloatType = 'F32'): Uint8Array =>
  writeSafetensors(new Map(parametersOf(network).map(({ name, dims }): [string, Tensor] => [name, floatTensor(dims, weights.get(name) ?? new Float32Array(), type)])), notes);
