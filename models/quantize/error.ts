/** Why a model cannot be made smaller. */
export type QuantizeFault = 'already-quantized' | 'half-precision' | 'no-convolution' | 'weights-elsewhere' | 'too-old' | 'unknown-layer';

/** A model that cannot be quantised; `message` is a sentence that says what was found, `hint` what to do. */
export class QuantizeError extends Error {
  override readonly name = 'QuantizeError';
  constructor(
    readonly fault: QuantizeFault,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}
