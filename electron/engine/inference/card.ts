import { z } from 'zod';
import type { HeadId, ModelInfo } from '../contract/contract.js';
import { figureFields, figuresOf } from './card-figures.js';
import { headOf } from './heads.js';
import type { ModelCard } from './types.js';

const channel = z.number().min(-1e6).max(1e6);
const triple = z.tuple([channel, channel, channel]);
const text = z.string().max(4096);
const side = z.number().int().min(16).max(8192);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const tensorName = z.string().min(1).max(1024);

export const headIds = [
  'boxes-scores', 'yolov5', 'yolov8', 'yolox', 'ssd', 'detr', 'nms-rows', 'nms-tensorflow', 'nms-torchvision',
] as const satisfies readonly HeadId[];

/** What a card file must look like; further keys are kept out. */
export const cardSchema: z.ZodType<ModelCard> = z.object({
  version: z.literal(1),
  name: z.string().min(1).max(200),
  classes: z.array(z.string().min(1).max(200)).min(1).max(10_000),
  input: z.object({
    name: tensorName,
    width: side,
    height: side,
    layout: z.enum(['nhwc', 'nchw']),
    batched: z.boolean().optional(),
    type: z.enum(['uint8', 'float32', 'float16']),
    colour: z.enum(['rgb', 'bgr']),
    mean: triple,
    std: z.tuple([channel, channel, channel]).refine((std) => std.every((value) => value !== 0), 'std must not be 0'),
    fit: z.enum(['top-left', 'center', 'stretch']),
    pad: z.number().int().min(0).max(255),
    companions: z.array(z.object({
      name: tensorName,
      type: z.enum(['int64', 'int32', 'float32']),
      dims: z.array(z.number().int().min(1).max(65_536)).max(8),
      values: z.array(z.number()).min(1).max(65_536),
    })).max(8).optional(),
  }),
  head: z.looseObject({ kind: z.enum(headIds), outputs: z.record(z.string().max(64), tensorName) })
    .superRefine((head, context) => {
      const known = headOf(head.kind);
      for (const role of known.roles) {
        if (!(role in head.outputs)) context.addIssue({ code: 'custom', path: ['outputs', role], message: `the ${known.label} head needs this output` });
      }
      try {
        known.bind(head);
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        for (const issue of error.issues) context.addIssue({ code: 'custom', path: issue.path, message: issue.message });
      }
    }),
  licence: text.nullable(),
  source: text.nullable(),
  // One that makes no sense is left out: the card is of use without it.
  confidence: z.number().min(0).max(1).optional().catch(undefined),
  hash,
  // For people only: a card that words it otherwise is none the worse.
  quantization: z.looseObject({
    to: z.enum(['int8', 'float16']),
    from: z.looseObject({ name: z.string().max(200), hash }),
    calibratedOn: text,
    agreement: z.looseObject({ matched: z.number().min(0).max(1), boxes: z.number().int().min(0) }),
    speed: z.looseObject({ ratio: z.number().min(0) }),
  }).optional().catch(undefined),
  ...figureFields,
});

/** What is wrong with a card, in words: the path within it and what was expected there. */
export const explainIssues = (error: z.ZodError): string =>
  error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'the card'}: ${issue.message}`).join('; ');

/** Where a model's file lies: with the program, in VoVision's own folder, or where the user has it. */
export type ModelPlace = 'program' | 'kept' | 'elsewhere';

export const infoOf = (card: ModelCard, id: string, fileSize: number, place: ModelPlace): ModelInfo => ({
  id,
  name: card.name,
  classes: card.classes,
  input: { width: card.input.width, height: card.input.height },
  head: card.head.kind,
  licence: card.licence,
  source: card.source,
  confidence: card.confidence ?? null,
  hash: card.hash,
  fileSize,
  shipped: place === 'program',
  kept: place === 'kept',
  made: card.quantization === undefined ? null : madeOf(card.quantization),
  figures: figuresOf(card),
});

const madeOf = ({ to, from, calibratedOn, agreement, speed }: NonNullable<ModelCard['quantization']>): ModelInfo['made'] =>
  ({ to, from: from.name, calibratedOn, agreement: agreement.matched, boxes: agreement.boxes, ratio: speed.ratio });
