import type { ProviderId } from '../contract/contract.js';

export type Provider = {
  readonly id: ProviderId;
  readonly label: string;
  /** What to do where its libraries or its device are missing. */
  readonly remedy: string;
  /** Longest a trial may take, milliseconds: some compile the whole model first. */
  readonly patience: number;
};

const known: Readonly<Record<ProviderId, Omit<Provider, 'id'>>> = {
  cpu: { label: 'CPU', remedy: 'Install VoVision again.', patience: 60_000 },
  webgpu: { label: 'WebGPU', remedy: 'Install the newest driver of the graphics card.', patience: 60_000 },
  cuda: { label: 'CUDA', remedy: 'It needs an NVIDIA card, its driver, CUDA 12, cuDNN 9 and ONNX Runtime’s CUDA library.', patience: 90_000 },
  tensorrt: { label: 'TensorRT', remedy: 'It needs an NVIDIA card, TensorRT 10 and ONNX Runtime’s TensorRT library.', patience: 300_000 },
  dml: { label: 'DirectML', remedy: 'It needs Windows 10 or newer and a graphics card with a DirectX 12 driver.', patience: 60_000 },
  coreml: { label: 'Core ML', remedy: 'It needs macOS 12 or newer.', patience: 120_000 },
};

/** What can run a model, by platform and architecture, as onnxruntime-node 1.30 is built. The CPU comes first. */
const byPlatform: Readonly<Record<string, readonly ProviderId[]>> = {
  'linux-x64': ['cpu', 'webgpu', 'cuda', 'tensorrt'],
  'linux-arm64': ['cpu', 'webgpu'],
  'win32-x64': ['cpu', 'dml', 'webgpu', 'cuda'],
  'win32-arm64': ['cpu', 'dml', 'webgpu'],
  'darwin-arm64': ['cpu', 'coreml', 'webgpu'],
};

export const providerOf = (id: ProviderId): Provider => ({ id, ...known[id] });

export const providersOf = (platform: string, arch: string): readonly Provider[] =>
  (byPlatform[`${platform}-${arch}`] ?? ['cpu']).map(providerOf);

/** Sentences for what onnxruntime says, first match first; `{remedy}` is the provider's own. */
const explanations: readonly (readonly [RegExp, string])[] = [
  [/backend not found|no available backend/i, 'This build of ONNX Runtime does not contain it.'],
  [/Failed to load (shared )?library|cannot open shared object|LoadLibrary failed|error loading .*onnxruntime_providers/i, 'Its libraries are not installed. {remedy}'],
  [/No supported adapters|Failed to get a WebGPU adapter|no.*adapter/i, 'No graphics adapter was found. {remedy}'],
  [/driver version is insufficient/i, 'The graphics driver is too old. {remedy}'],
  [/no CUDA-capable device|CUDA failure 100|CUDA_ERROR_NO_DEVICE/i, 'No NVIDIA card was found. {remedy}'],
  [/887A000[567]|device (was )?(lost|removed|hung)/i, 'The graphics device was lost.'],
  [/out of memory|bad_alloc|Failed to allocate|OOM/i, 'It ran out of memory.'],
];

/** What onnxruntime's error means, in a sentence. */
export const explainProviderError = (id: ProviderId, error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const [, sentence] = explanations.find(([pattern]) => pattern.test(message)) ?? [];
  return sentence?.replace('{remedy}', known[id].remedy).trim() ?? plainMessage(message);
};

/** An onnxruntime message without source files, line numbers and function names. */
export const plainMessage = (message: string): string => {
  const status = /Status Message: (.*)/s.exec(message)?.[1] ?? message;
  const line = status.split('\n').find((each) => each.trim() !== '') ?? '';
  const plain = line
    .replace(/^\[ONNXRuntimeError\] : \d+ : \w+ : /, '')
    .replace(/(?:[A-Za-z]:)?[\\/][^\s:]*[\\/][^\s:]*:\d+ .*?(?:\) (?:\[[^\]]*\] )?(?=[A-Z])|was false\. )/, '')
    .trim();
  const short = plain.length > 300 ? `${plain.slice(0, 297)}…` : plain;
  return short === '' ? 'ONNX Runtime gave no reason.' : /[.!?…]$/.test(short) ? short : `${short}.`;
};
