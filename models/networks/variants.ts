/** Channels and count of a stage's one-shot aggregation modules. */
export type StageSpec = {
  /** Channels of each 3x3 convolution. */
  readonly conv: number;
  /** Channels the 1x1 aggregation gives out. */
  readonly out: number;
  readonly modules: number;
};

/**
 * How the stem gets to a quarter of the picture. `paper`: its third convolution has stride 1 and a
 * max-pool follows (Table 1 of arXiv 1904.09730). `released`: its third convolution has stride 2 and
 * no pool follows, as in all published code.
 */
export type Stem = 'paper' | 'released';
export const stems: readonly Stem[] = ['paper', 'released'];

export type Variant = {
  readonly id: string;
  readonly title: string;
  /** The stem it has where none is asked for. */
  readonly stem: Stem;
  readonly stemChannels: readonly [number, number, number];
  /** Stages 2 to 5, at strides 4, 8, 16 and 32. */
  readonly stages: readonly StageSpec[];
  /** 3x3 convolutions of a module. */
  readonly convs: number;
  /** Each 3x3 convolution but the very first as depth-wise 3x3 and point-wise 1x1. */
  readonly depthwise: boolean;
  /** From the second module of a stage on, the module's input is added to its output. */
  readonly identity: boolean;
  /**
   * Effective squeeze and excitation: in no module, in all (the authors' code), in the last of each
   * stage (timm's), or in all from stride 16 on.
   */
  readonly ese: 'none' | 'all' | 'last' | 'deep';
};

type Numbers = readonly [number, number, number, number];
const stages = (conv: Numbers, out: Numbers, modules: Numbers): readonly StageSpec[] =>
  conv.map((channels, n) => ({ conv: channels, out: out[n] ?? 0, modules: modules[n] ?? 0 }));

const slim: Numbers = [64, 80, 96, 112];
const full: Numbers = [128, 160, 192, 224];
const fullOut: Numbers = [256, 512, 768, 1024];
const once: Numbers = [1, 1, 1, 1];

/** VoVNet V1: Table 1 of arXiv 1904.09730. */
const v1 = {
  stem: 'paper', stemChannels: [64, 64, 128], convs: 5, depthwise: false, identity: false, ese: 'none',
} as const;

/** VoVNet V2: arXiv 1911.06667, channels as in its authors' vovnet-detectron2. */
const v2 = {
  stem: 'released', stemChannels: [64, 64, 128], convs: 5, depthwise: false, identity: true, ese: 'all',
} as const;
const v2Small = { ...v2, convs: 3 } as const;
const v2Depthwise = { ...v2Small, stemChannels: [64, 64, 64], depthwise: true } as const;

/** Every VoVNet, as data. */
export const variants: readonly Variant[] = [
  { id: 'vovnet-27-slim', title: 'VoVNet-27-slim', ...v1, stages: stages(slim, [128, 256, 384, 512], once) },
  { id: 'vovnet-39', title: 'VoVNet-39', ...v1, stages: stages(full, fullOut, [1, 1, 2, 2]) },
  { id: 'vovnet-57', title: 'VoVNet-57', ...v1, stages: stages(full, fullOut, [1, 1, 4, 3]) },
  { id: 'vovnetv2-19-slim-dw', title: 'VoVNetV2-19-slim-dw', ...v2Depthwise, stages: stages(slim, [112, 256, 384, 512], once) },
  { id: 'vovnetv2-19-dw', title: 'VoVNetV2-19-dw', ...v2Depthwise, stages: stages(full, fullOut, once) },
  { id: 'vovnetv2-19-slim', title: 'VoVNetV2-19-slim', ...v2Small, stages: stages(slim, [112, 256, 384, 512], once) },
  { id: 'vovnetv2-19', title: 'VoVNetV2-19', ...v2Small, stages: stages(full, fullOut, once) },
  { id: 'vovnetv2-39', title: 'VoVNetV2-39', ...v2, stages: stages(full, fullOut, [1, 1, 2, 2]) },
  { id: 'vovnetv2-57', title: 'VoVNetV2-57', ...v2, stages: stages(full, fullOut, [1, 1, 4, 3]) },
  { id: 'vovnetv2-99', title: 'VoVNetV2-99', ...v2, stages: stages(full, fullOut, [1, 3, 9, 3]) },
];

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The variant of this id; case and hyphens may differ, and `vovnet` may be left out (`27-slim`, `v2-39`). Null where there is none. */
export const findVariant = (id: string): Variant | null => {
  const asked = plain(id);
  return variants.find((variant) => {
    const own = plain(variant.id);
    return asked === own || asked === own.slice('vovnet'.length);
  }) ?? null;
};
