/** What can be wrong with a file that is said to be an ONNX model. */
export type OnnxFault =
  | 'empty' | 'not-onnx' | 'truncated' | 'too-large' | 'too-many-parts' | 'too-deep' | 'no-graph' | 'bad-shape' | 'external-data';

/** A file that cannot be taken as an ONNX model; `message` is a sentence that says what was found. */
export class OnnxError extends Error {
  override readonly name = 'OnnxError';
  constructor(
    readonly fault: OnnxFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
