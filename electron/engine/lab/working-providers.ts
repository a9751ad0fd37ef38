import { buildModel } from '../../../models/onnx/build.js';
import { writeModel } from '../../../models/onnx/write.js';
import { milliseconds, type ProviderId } from '../contract/contract.js';
import { providersOf } from '../inference/provider-table.js';
import type { OpenBench } from './types.js';

/** How long a provider may take to run one convolution, in milliseconds. */
const patience = 20_000;

const graph = (): Uint8Array => writeModel(buildModel({ name: 'probe' }, ({ input, constant, node, output }) => {
  const picture = input('x', 'float32', [1, 4, 8, 8]);
  const weights = constant('float32', [4, 4, 3, 3], new Float32Array(4 * 4 * 9).fill(0.1));
  output('y', node('Conv', [picture, weights], { pads: { ints: [1, 1, 1, 1] } }), 'float32', [1, 4, 8, 8]);
}));

/** The providers of this platform that run a small graph here; the CPU always does. */
export const workingProviders = async (openBench: OpenBench): Promise<readonly ProviderId[]> => {
  const source = graph();
  const works = async (provider: ProviderId): Promise<boolean> => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('It took too long.')), patience);
    try {
      const bench = await openBench({ source, inputs: {}, provider, threads: null }, late.signal);
      try {
        await bench.run({ runs: 1, milliseconds: milliseconds(0) }, late.signal);
        return true;
      } finally {
        await bench.dispose();
      }
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  };
  const ids = providersOf(process.platform, process.arch).map(({ id }) => id);
  const found = await Promise.all(ids.map((id) => (id === 'cpu' ? Promise.resolve(true) : works(id))));
  return ids.filter((_, n) => found[n]);
};
