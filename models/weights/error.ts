/** What can be wrong with a file of weights. */
export type WeightsFault =
  /** A PyTorch checkpoint: a pickle, which may run code when it is read. */
  | 'pickle'
  | 'not-safetensors'
  | 'truncated'
  | 'too-large'
  /** The header breaks the format's rules. */
  | 'bad-header'
  /** A tensor's type, dimensions and bytes contradict each other or another tensor's. */
  | 'bad-tensor'
  /** The names are of no known family, or of more than one. */
  | 'family'
  /** Tensors are missing, are not part of the network, or have other dimensions. */
  | 'misfit';

/** Weights that cannot be taken; `message` says what was found, `hint` what to do, `faults` everything that is wrong, one a line. */
export class WeightsError extends Error {
  override readonly name = 'WeightsError';
  constructor(
    readonly fault: WeightsFault,
    message: string,
    readonly hint = '',
    readonly faults: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A name from a file, as it may be shown: short, and without control characters. */
export const shown = (name: string): string => {
  const plain = name.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?');
  return plain.length > 120 ? `${plain.slice(0, 117)}...` : plain;
};
