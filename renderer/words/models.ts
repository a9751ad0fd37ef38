import type { HeadId, ProviderId } from '../../electron/engine/contract/contract.js';

const heads: Readonly<Record<HeadId, string>> = {
  'boxes-scores': 'Boxes and scores',
  yolov5: 'YOLOv5',
  yolov8: 'YOLOv8 and later',
  yolox: 'YOLOX',
  ssd: 'SSD',
  detr: 'DETR',
  'nms-rows': 'Finished boxes, in rows',
  'nms-tensorflow': 'Finished boxes, as TensorFlow gives them',
  'nms-torchvision': 'Finished boxes, as torchvision gives them',
};

const providers: Readonly<Record<ProviderId, string>> = {
  cpu: 'CPU', cuda: 'CUDA', tensorrt: 'TensorRT', dml: 'DirectML', coreml: 'CoreML', webgpu: 'WebGPU',
};

export const modelsWords = {
  heads,
  providers,
  chooseModel: 'Model',
  models: 'Models',
  noModel: 'No model',
  size: (width: number, height: number) => `${width} × ${height}`,
  classes: (count: number) => (count === 1 ? '1 class' : `${count} classes`),
  own: 'added by you',
  add: 'Add a model…',
  details: 'About this model',
  questionsTitle: (name: string) => `About ${name}`,
  questionsIntro: 'The file does not say everything that is needed to read its results. What is known of it?',
  classesPlaceholder: 'One name a line, in the order of the model',
  answer: 'Use this model',
  cancel: 'Cancel',
  card: {
    input: 'Picture size',
    output: 'Output',
    classes: 'Classes',
    file: 'File',
    licence: 'Licence',
    source: 'Source',
    hash: 'SHA-256',
    unknown: 'not stated',
    copy: 'Copy',
    copied: 'Copied',
  },
  chooseProvider: 'Runs on',
  auto: 'Automatic',
  autoDetail: 'The fastest that gives the right numbers',
  autoPicked: (name: string) => `Now: ${name}`,
  running: 'running',
  perFrame: (time: string) => `${time}\u00a0ms`,
  untried: 'Not tried yet',
  passedOver: 'Passed over',
  tryAgain: 'Try all again',
  trying: 'Trying…',
  fellBack: (running: string, asked: string) => `${running} runs instead of ${asked}`,
  why: 'Why',
} as const;
