import { createComposer, type Composer, type Output } from '../networks/composer.js';
import type { Network, Shape } from '../networks/layers.js';

/** A small network for an experiment: `compose` adds its layers and gives what comes out. */
export const composeNetwork = (id: string, title: string, input: Shape, compose: (composer: Composer) => Output): Network => {
  const composer = createComposer(input);
  const { name, shape } = compose(composer);
  return { id, title, input, layers: composer.layers, features: [{ stride: 1, layer: name, shape }] };
};
