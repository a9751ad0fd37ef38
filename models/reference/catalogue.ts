import { finish, type Body } from '../networks/body.js';
import type { Network } from '../networks/layers.js';
import { findVariant, variants, type Stem, type Variant } from '../networks/variants.js';
import { vovnet, type PictureSize } from '../networks/vovnet.js';
import { densenet, denseNets } from './densenet.js';
import { dsod, dsods } from './dsod.js';
import { mobilenet, mobileNets, mobilenetV2, mobileNetV2s } from './mobilenet.js';
import { peleenet, peleeNets } from './peleenet.js';
import { resnet, resnets } from './resnet.js';

export type Family = 'vovnet' | 'vovnetv2' | 'resnet' | 'densenet' | 'dsod' | 'peleenet' | 'mobilenet';

export type NetworkOptions = {
  /** VoVNets: see `Stem`; its own where nothing is said. */
  readonly stem?: Stem | undefined;
  /** Classes that are told apart; without it the network gives its features. */
  readonly classes?: number | undefined;
};

/** A network that can be built. */
export type NetworkEntry = {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  /** The stem it has where none is asked for; null where there is no choice. */
  readonly stem: Stem | null;
  /** For pictures of `size`. Throws a RangeError where that is too small, and for a stem where there is no choice. */
  readonly build: (size: PictureSize, options?: NetworkOptions) => Network;
};

const entry = (family: Family, row: { readonly id: string; readonly title: string }, body: (size: PictureSize) => Body): NetworkEntry => ({
  id: row.id, title: row.title, family, stem: null,
  build: (size, { stem, classes } = {}) => {
    if (stem !== undefined) throw new RangeError(`${row.title} has one stem only.`);
    return finish(row, body(size), classes);
  },
});

const vovnetEntry = (variant: Variant): NetworkEntry => ({
  id: variant.id, title: variant.title, family: variant.id.startsWith('vovnetv2') ? 'vovnetv2' : 'vovnet', stem: variant.stem,
  build: (size, { stem, classes } = {}) => vovnet(variant, size, stem, classes),
});

/** Every network that can be built: the VoVNets, and those they are compared with. */
export const allNetworks: readonly NetworkEntry[] = [
  ...variants.map(vovnetEntry),
  ...resnets.map((row) => entry('resnet', row, (size) => resnet(row, size))),
  ...denseNets.map((row) => entry('densenet', row, (size) => densenet(row, size))),
  ...dsods.map((row) => entry('dsod', row, (size) => dsod(row, size))),
  ...peleeNets.map((row) => entry('peleenet', row, (size) => peleenet(row, size))),
  ...mobileNets.map((row) => entry('mobilenet', row, (size) => mobilenet(row, size))),
  ...mobileNetV2s.map((row) => entry('mobilenet', row, (size) => mobilenetV2(row, size))),
];

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The network of this id, in any writing: case and hyphens may differ, and `vovnet` may be left out. Null where there is none. */
export const findNetwork = (id: string): NetworkEntry | null => {
  const own = findVariant(id)?.id;
  return allNetworks.find((each) => each.id === own || plain(each.id) === plain(id)) ?? null;
};
