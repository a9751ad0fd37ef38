/**
 * What arXiv 1904.09730 measured, as it printed it (Tables 2 and 4). Whole detectors, not backbones: a TITAN X
 * (Pascal) with CUDA 9.2, cuDNN 7.3 and Caffe, in 2019. Its FLOPs are multiply-adds.
 */
export type PaperRow = {
  readonly detector: string;
  /** As the paper calls it. */
  readonly backbone: string;
  /** The network here that the backbone is. */
  readonly network: string;
  /** Side of the picture in pixels. */
  readonly size: number;
  /** 10^9. */
  readonly multiplyAdds: number;
  readonly framesPerSecond: number;
  /** 10^6, of the detector. */
  readonly parameters: number;
  /** Megabytes on the card. */
  readonly memory: number;
  readonly joulesPerImage: number;
  /** 10^9 multiply-adds a second: what the paper calls GFLOP/s. */
  readonly computation: number;
};

/** What each of the rows was measured on, in a few words. */
export const paperMachine = 'TITAN X (Pascal), 2019, whole detectors';
export const paperSource = 'arXiv 1904.09730, Tables 2 and 4';

type Numbers = readonly [number, number, number, number, number, number];
const row = (detector: string, size: number, backbone: string, network: string, numbers: Numbers): PaperRow => {
  const [multiplyAdds, framesPerSecond, parameters, memory, joulesPerImage, computation] = numbers;
  return { detector, backbone, network, size, multiplyAdds, framesPerSecond, parameters, memory, joulesPerImage, computation };
};

export const paperRows: readonly PaperRow[] = [
  row('SSD300', 300, 'MobileNet', 'mobilenet-v1', [1.1, 37, 5.7, 766, 2.3, 42]),
  row('Pelee304', 304, 'PeleeNet', 'peleenet', [1.2, 35, 5.4, 1104, 2.4, 43]),
  row('DSOD300', 300, 'DenseNet-67', 'dsod-densenet-67', [5.3, 35, 5.9, 1294, 3.7, 189]),
  row('DSOD300', 300, 'VoVNet-27-slim', 'vovnet-27-slim', [5.6, 71, 5.9, 825, 0.9, 400]),
  row('RefineDet320', 320, 'ResNet-50', 'resnet-50', [25.43, 23.2, 63.46, 2229, 5.3, 591.3]),
  row('RefineDet320', 320, 'DenseNet-201', 'densenet-201', [24.65, 12.0, 56.13, 3498, 9.9, 296.9]),
  row('RefineDet320', 320, 'VoVNet-39', 'vovnet-39', [32.6, 25.0, 56.28, 2199, 4.8, 815.0]),
  row('RefineDet320', 320, 'ResNet-101', 'resnet-101', [33.02, 17.5, 82.45, 3013, 7.5, 579.2]),
  row('RefineDet320', 320, 'DenseNet-161', 'densenet-161', [32.74, 12.8, 66.76, 3628, 10.0, 419.7]),
  row('RefineDet320', 320, 'VoVNet-57', 'vovnet-57', [36.45, 21.2, 70.32, 2511, 5.9, 775.5]),
];

/** The paper's row for a network's id; null where the paper did not measure it. */
export const paperRowOf = (network: string): PaperRow | null => paperRows.find((each) => each.network === network) ?? null;

/** The networks that the paper compares, and DenseNet-121 beside its sisters: what a comparison takes where nothing is said. */
export const paperNetworks: readonly string[] = [
  'vovnet-27-slim', 'vovnet-39', 'vovnet-57', 'resnet-50', 'resnet-101', 'dsod-densenet-67', 'densenet-121', 'densenet-161', 'densenet-201', 'peleenet', 'mobilenet-v1',
];
