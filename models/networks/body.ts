import type { Composer, Output } from './composer.js';
import type { Network } from './layers.js';

/** A network under construction, with what it gives out at strides 4, 8, 16 and 32. */
export type Body = { readonly composer: Composer; readonly features: readonly Output[] };

/**
 * The network of a body: it gives the features or, where `classes` are to be told apart, their scores,
 * one linear layer on the means of the last feature. Throws a RangeError for less than one class.
 */
export const finish = ({ id, title }: { readonly id: string; readonly title: string }, { composer, features }: Body, classes?: number): Network => {
  const about = { id, title, input: composer.image.shape };
  const last = features[features.length - 1];
  const classifier = classes === undefined || last === undefined ? null : addClassifier(composer, last, classes);
  const { layers } = composer;
  return classifier === null
    ? { ...about, layers, features: features.map(({ name, shape }, n) => ({ stride: 4 * 2 ** n, layer: name, shape })) }
    : { ...about, layers, features: [], classifier: classifier.name };
};

const addClassifier = (composer: Composer, input: Output, classes: number): Output => {
  if (!Number.isInteger(classes) || classes < 1) throw new RangeError(`A classifier tells a whole number of classes apart; ${classes} were asked for.`);
  return composer.linear('classifier', 'linear', composer.mean('classifier', 'mean', input), classes);
};
