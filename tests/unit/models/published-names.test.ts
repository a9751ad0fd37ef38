import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../models/networks/random.js';
import { findVariant } from '../../../models/networks/variants.js';
import { vovnet } from '../../../models/networks/vovnet.js';
import { seededWeights } from '../../../models/networks/weights.js';
import { WeightsError } from '../../../models/weights/error.js';
import { families } from '../../../models/weights/families.js';
import type { Tensor, TensorType } from '../../../models/weights/numbers.js';
import { candidates, chooseFamily, findFamilies, ownNotes } from '../../../models/weights/recognise.js';
import { packWeights } from '../../../models/weights/pack.js';
import { readSafetensors, writeSafetensors, type TensorFile } from '../../../models/weights/safetensors.js';
import { takeWeights } from '../../../models/weights/take.js';
import { fileOf, normRows, type Row } from '../../models/published.js';

type Table = {
  readonly stem: readonly number[]; readonly mid: readonly number[]; readonly out: readonly number[]; readonly blocks: readonly number[];
  readonly convs: number; readonly depthwise?: boolean;
};
const full = { stem: [64, 64, 128], mid: [128, 160, 192, 224], out: [256, 512, 768, 1024] };
const slim = { stem: [64, 64, 128], mid: [64, 80, 96, 112], out: [112, 256, 384, 512] };
const once = [1, 1, 1, 1];

/** timm's vovnet.py, line by line: what `state_dict()` lists. */
const timmRows = (t: Table, ese: boolean): readonly Row[] => {
  const rows: Row[] = [];
  const conv = (theirs: string, i: number, o: number, k: number, ours: string): unknown =>
    rows.push([`${theirs}.conv.weight`, [o, i, k, k], `${ours}.weight`], ...normRows(`${theirs}.bn`, o, ours));
  const separable = (theirs: string, i: number, o: number, ours: string): unknown => rows.push(
    [`${theirs}.conv_dw.weight`, [i, 1, 3, 3], `${ours}.depthwise.weight`], [`${theirs}.conv_pw.weight`, [o, i, 1, 1], `${ours}.pointwise.weight`],
    ...normRows(`${theirs}.bn`, o, `${ours}.pointwise`));
  const [a = 0, b = 0, c = 0] = t.stem;
  conv('stem.0', 3, a, 3, 'stem.conv1');
  if (t.depthwise) {
    separable('stem.1', a, b, 'stem.conv2');
    separable('stem.2', b, c, 'stem.conv3');
  } else {
    conv('stem.1', a, b, 3, 'stem.conv2');
    conv('stem.2', b, c, 3, 'stem.conv3');
  }
  let last = c;
  for (let i = 0; i < 4; i++) {
    const [mid = 0, out = 0, blocks = 0] = [t.mid[i], t.out[i], t.blocks[i]];
    for (let j = 0; j < blocks; j++) {
      const [theirs, ours] = [`stages.${i}.blocks.${j}`, `stage${i + 2}.module${j + 1}`];
      let inside = last;
      if (t.depthwise && last !== mid) {
        conv(`${theirs}.conv_reduction`, last, mid, 1, `${ours}.reduce`);
        inside = mid;
      }
      for (let k = 0; k < t.convs; k++) {
        if (t.depthwise) separable(`${theirs}.conv_mid.${k}`, mid, mid, `${ours}.conv${k + 1}`);
        else conv(`${theirs}.conv_mid.${k}`, inside, mid, 3, `${ours}.conv${k + 1}`);
        inside = mid;
      }
      conv(`${theirs}.conv_concat`, last + t.convs * mid, out, 1, `${ours}.aggregate`);
      if (ese && j === blocks - 1) {
        rows.push([`${theirs}.attn.fc.weight`, [out, out, 1, 1], `${ours}.ese.conv.weight`], [`${theirs}.attn.fc.bias`, [out], `${ours}.ese.conv.bias`]);
      }
      last = out;
    }
  }
  rows.push(['head.fc.weight', [1000, last], null], ['head.fc.bias', [1000], null]);
  return rows;
};

/** The authors' code: VoVNet.pytorch without attention, vovnet-detectron2 and CenterMask2 with it in every module. */
const releasedRows = (t: Table, ese: boolean, prefix = ''): readonly Row[] => {
  const rows: Row[] = [];
  const conv = (theirs: string, i: number, o: number, k: number, ours: string): unknown =>
    rows.push([`${theirs}/conv.weight`, [o, i, k, k], `${ours}.weight`], ...normRows(`${theirs}/norm`, o, ours));
  const separable = (theirs: string, c: number, ours: string): unknown => rows.push(
    [`${theirs}/dw_conv3x3.weight`, [c, 1, 3, 3], `${ours}.depthwise.weight`], [`${theirs}/pw_conv1x1.weight`, [c, c, 1, 1], `${ours}.pointwise.weight`],
    ...normRows(`${theirs}/pw_norm`, c, `${ours}.pointwise`));
  conv('stem.stem_1', 3, 64, 3, 'stem.conv1');
  if (t.depthwise) {
    separable('stem.stem_2', 64, 'stem.conv2');
    separable('stem.stem_3', 64, 'stem.conv3');
  } else {
    conv('stem.stem_2', 64, 64, 3, 'stem.conv2');
    conv('stem.stem_3', 64, 128, 3, 'stem.conv3');
  }
  let last = t.depthwise ? 64 : 128;
  for (let stage = 2; stage <= 5; stage++) {
    const [mid = 0, out = 0, blocks = 0] = [t.mid[stage - 2], t.out[stage - 2], t.blocks[stage - 2]];
    for (let block = 1; block <= blocks; block++) {
      const [module, ours] = [`OSA${stage}_${block}`, `stage${stage}.module${block}`];
      const theirs = `stage${stage}.${module}`;
      if (t.depthwise && last !== mid) conv(`${theirs}.conv_reduction.${module}_reduction_0`, last, mid, 1, `${ours}.reduce`);
      for (let layer = 0; layer < t.convs; layer++) {
        if (t.depthwise) separable(`${theirs}.layers.${layer}.${module}_${layer}`, mid, `${ours}.conv${layer + 1}`);
        else conv(`${theirs}.layers.${layer}.${module}_${layer}`, layer === 0 ? last : mid, mid, 3, `${ours}.conv${layer + 1}`);
      }
      conv(`${theirs}.concat.${module}_concat`, last + t.convs * mid, out, 1, `${ours}.aggregate`);
      if (ese) rows.push([`${theirs}.ese.fc.weight`, [out, out, 1, 1], `${ours}.ese.conv.weight`], [`${theirs}.ese.fc.bias`, [out], `${ours}.ese.conv.bias`]);
      last = out;
    }
  }
  return [...rows.map(([theirs, dims, ours]): Row => [prefix + theirs, dims, ours]), ...(ese ? [] : [[`${prefix}classifier.weight`, [1000, last], null], [`${prefix}classifier.bias`, [1000], null]] as const)];
};

const detectron = 'backbone.bottom_up.';
const published: readonly [family: string, name: string, id: string, prefix: string, rows: readonly Row[]][] = [
  ['timm', 'vovnet39a', 'vovnet-39', '', timmRows({ ...full, blocks: [1, 1, 2, 2], convs: 5 }, false)],
  ['timm', 'vovnet57a', 'vovnet-57', '', timmRows({ ...full, blocks: [1, 1, 4, 3], convs: 5 }, false)],
  ['timm', 'ese_vovnet19b_slim_dw', 'vovnetv2-19-slim-dw', '', timmRows({ ...slim, stem: [64, 64, 64], blocks: once, convs: 3, depthwise: true }, true)],
  ['timm', 'ese_vovnet19b_dw', 'vovnetv2-19-dw', '', timmRows({ ...full, stem: [64, 64, 64], blocks: once, convs: 3, depthwise: true }, true)],
  ['timm', 'ese_vovnet19b_slim', 'vovnetv2-19-slim', '', timmRows({ ...slim, blocks: once, convs: 3 }, true)],
  ['timm', 'ese_vovnet39b', 'vovnetv2-39', '', timmRows({ ...full, blocks: [1, 1, 2, 2], convs: 5 }, true)],
  ['timm', 'ese_vovnet57b', 'vovnetv2-57', '', timmRows({ ...full, blocks: [1, 1, 4, 3], convs: 5 }, true)],
  ['timm', 'ese_vovnet99b', 'vovnetv2-99', '', timmRows({ ...full, blocks: [1, 3, 9, 3], convs: 5 }, true)],
  ['vovnet-pytorch', 'vovnet27_slim', 'vovnet-27-slim', '', releasedRows({ ...slim, out: [128, 256, 384, 512], blocks: once, convs: 5 }, false)],
  ['vovnet-pytorch', 'vovnet39', 'vovnet-39', 'module.', releasedRows({ ...full, blocks: [1, 1, 2, 2], convs: 5 }, false, 'module.')],
  ['vovnet-pytorch', 'vovnet57', 'vovnet-57', '', releasedRows({ ...full, blocks: [1, 1, 4, 3], convs: 5 }, false)],
  ['vovnet-detectron', 'V-39-FPN', 'vovnet-39', 'module.backbone.body.',
    releasedRows({ ...full, blocks: [1, 1, 2, 2], convs: 5 }, false, 'module.backbone.body.').filter(([name]) => !/classifier|tracked/.test(name))],
  ['vovnet-detectron2', 'V-19-slim-dw-eSE', 'vovnetv2-19-slim-dw', detectron, releasedRows({ ...slim, blocks: once, convs: 3, depthwise: true }, true, detectron)],
  ['vovnet-detectron2', 'V-19-dw-eSE', 'vovnetv2-19-dw', detectron, releasedRows({ ...full, blocks: once, convs: 3, depthwise: true }, true, detectron)],
  ['vovnet-detectron2', 'V-19-slim-eSE', 'vovnetv2-19-slim', detectron, releasedRows({ ...slim, blocks: once, convs: 3 }, true, detectron)],
  ['vovnet-detectron2', 'V-19-eSE', 'vovnetv2-19', detectron, releasedRows({ ...full, blocks: once, convs: 3 }, true, detectron)],
  ['vovnet-detectron2', 'V-39-eSE', 'vovnetv2-39', '', releasedRows({ ...full, blocks: [1, 1, 2, 2], convs: 5 }, true)],
  ['vovnet-detectron2', 'V-57-eSE', 'vovnetv2-57', 'bottom_up.', releasedRows({ ...full, blocks: [1, 1, 4, 3], convs: 5 }, true, 'bottom_up.')],
  ['vovnet-detectron2', 'V-99-eSE', 'vovnetv2-99', 'img_backbone.', releasedRows({ ...full, blocks: [1, 3, 9, 3], convs: 5 }, true, 'img_backbone.')],
];

describe('published weights', () => {
  it.each(published)('%s %s is recognised as %s, each tensor in its place', (family, name, id, prefix, rows) => {
    const file = fileOf(rows);
    const found = chooseFamily(file);
    expect([found.family.id, found.prefix]).toEqual([family, prefix]);
    const fitting = candidates(file, found).filter(({ fit }) => fit.misfits.length === 0);
    expect(fitting.map(({ member }) => [member.id, member.name])).toEqual([[id, name]]);
    const [{ fit }] = fitting as [typeof fitting[number]];
    expect([...fit.used].sort()).toEqual(rows.flatMap(([theirs, , ours]): [string, string][] => (ours === null ? [] : [[ours, theirs]])).sort());
    expect([...fit.ignored].sort()).toEqual(rows.map(([theirs]) => theirs).filter((theirs) => theirs.endsWith('num_batches_tracked')).sort());
    expect([...fit.leftOut].sort()).toEqual(rows.map(([theirs]) => theirs).filter((theirs) => /(head\.fc|classifier)\./.test(theirs)).sort());
  });

  it('is tested for every VoVNet but two that share their names with others', () => {
    const tested = published.map(([family, name]) => `${family} ${name}`);
    const all = families.filter(({ members }) => members.some(({ variant }) => variant !== null)).flatMap((family) => family.members.map((member) => `${family.id} ${member.name}`));
    expect(all.filter((each) => !tested.includes(each))).toEqual(['vovnet-detectron V-27-FPN', 'vovnet-detectron V-57-FPN']);
  });

  it('is built as it was trained', () => {
    const built = (family: string, id: string): unknown => {
      const { variant, pixels: { order, mean, std } } = families.find((each) => each.id === family)!.members.find((each) => each.id === id)!;
      const { stem, ese, identity } = variant!;
      return { stem, ese, identity, order, mean, std };
    };
    const [mean, std] = [[123.675, 116.28, 103.53], [58.395, 57.12, 57.375]];
    expect(built('timm', 'vovnet-39')).toEqual({ stem: 'released', ese: 'none', identity: false, order: 'rgb', mean, std });
    expect(built('timm', 'vovnetv2-39')).toEqual({ stem: 'released', ese: 'last', identity: true, order: 'rgb', mean, std });
    expect(built('timm', 'vovnetv2-57')).toMatchObject({ mean: [127.5, 127.5, 127.5], std: [127.5, 127.5, 127.5] });
    expect(built('vovnet-pytorch', 'vovnet-57')).toEqual({ stem: 'released', ese: 'none', identity: true, order: 'rgb', mean, std });
    expect(built('vovnet-detectron2', 'vovnetv2-99')).toEqual({ stem: 'released', ese: 'all', identity: true, order: 'bgr', mean, std: [1, 1, 1] });
  });
});

const dw = published.find(([, name]) => name === 'V-19-slim-dw-eSE')!;
const faultOf = (work: () => unknown): WeightsError => {
  try {
    work();
  } catch (error) {
    if (error instanceof WeightsError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
};

describe('taking weights', () => {
  const rows = dw[4];
  const take = (changed: readonly Row[], order: 'rgb' | 'bgr' = 'rgb', change: (file: TensorFile) => unknown = () => null): ReturnType<typeof takeWeights> => {
    const file = fileOf(changed, true);
    change(file);
    const found = chooseFamily(file);
    return takeWeights(found.family.members[0]!.network({ width: 64, height: 64 }), file, found, order);
  };

  it('takes the numbers as they are, and turns the colours round where they come the other way', () => {
    const [rgb, bgr] = [take(rows).weights, take(rows, 'bgr').weights];
    const same = (a: Float32Array | undefined, b: Float32Array): boolean => Buffer.compare(Buffer.from(a!.buffer), Buffer.from(b.buffer)) === 0;
    rows.forEach(([theirs, dims, ours], n) => {
      if (ours === null) return;
      const size = dims.reduce((product, dim) => product * dim, 1);
      const wanted = Float32Array.from({ length: size }, (_, at) => n + 1 + (at % 97) / 128);
      const turned = Float32Array.from({ length: size }, (_, at) => wanted[Math.floor(at / 27) * 27 + (2 - (Math.floor(at / 9) % 3)) * 9 + (at % 9)]!);
      expect(same(rgb.get(ours), wanted), theirs).toBe(true);
      expect(same(bgr.get(ours), ours === 'stem.conv1.weight' ? turned : wanted), theirs).toBe(true);
    });
    expect(rgb.size).toBe(rows.filter(([, , ours]) => ours !== null).length);
  });

  it('lists the rest of a detector as left out', () => {
    const more: readonly Row[] = [['backbone.fpn_lateral3.weight', [128, 256, 1, 1], null], ['proposal_generator.fcos_head.cls_logits.bias', [80], null]];
    expect(take([...rows, ...more]).fit.leftOut).toEqual(more.map(([name]) => name));
  });

  it('lists everything that does not fit', () => {
    const broken = rows
      .filter(([name]) => !name.endsWith('stage5.OSA5_1.ese.fc.bias') && !name.includes('stage4.OSA4_1.layers.2'))
      .map(([name, dims, ours]): Row => (name.endsWith('stem.stem_2/pw_conv1x1.weight') ? [name, [64, 64], ours] : [name, dims, ours]));
    const extra: readonly Row[] = [[`${detectron}stage6.extra.weight`, [1], null], [`${detectron}stem.stem_9/norm.num_batches_tracked`, [], null]];
    const { fault, faults, message } = faultOf(() => take([...broken, ...extra]));
    expect(fault).toBe('misfit');
    expect(message.split('\n')[0]).toBe('The weights do not fit VoVNetV2-19-slim-dw: 7 missing, 1 of other dimensions, 2 not part of it.');
    expect(faults).toContain('backbone.bottom_up.stem.stem_2/pw_conv1x1.weight is 64 x 64; 64 x 64 x 1 x 1 is needed (here stem.conv2.pointwise.weight).');
    expect(faults).toContain('backbone.bottom_up.stage5.OSA5_1.ese.fc.bias is missing (here stage5.module1.ese.conv.bias).');
    expect(faults).toContain('backbone.bottom_up.stage4.OSA4_1.layers.2.OSA4_1_2/pw_norm.running_var is missing (here stage4.module1.conv3.pointwise.norm.variance).');
    expect(faults).toContain('backbone.bottom_up.stage6.extra.weight is not part of the network.');
    // A counter of a normalisation that is not there is no known one.
    expect(faults).toContain('backbone.bottom_up.stem.stem_9/norm.num_batches_tracked is not part of the network.');
    expect(faults).toHaveLength(10);
  });

  it('names the first dozen and counts the rest', () => {
    const { message, faults } = faultOf(() => take(rows.filter(([name]) => !name.includes('stage3'))));
    expect(message.split('\n')).toHaveLength(14);
    expect(message).toMatch(new RegExp(`And ${faults.length - 12} more; --json lists all\\.$`));
  });

  it('refuses numbers no network can work with, and whole numbers for weights', () => {
    const set = (name: string, value: number) => (file: TensorFile): void => {
      const { bytes } = file.tensors.get(name)!;
      new DataView(bytes.buffer).setFloat32(0, value, true);
    };
    const stem = `${detectron}stem.stem_1`;
    expect(faultOf(() => take(rows, 'rgb', set(`${stem}/conv.weight`, NaN))).faults).toEqual([`${stem}/conv.weight holds numbers that are not finite.`]);
    expect(faultOf(() => take(rows, 'rgb', set(`${stem}/norm.bias`, -Infinity))).faults).toEqual([`${stem}/norm.bias holds numbers that are not finite.`]);
    expect(faultOf(() => take(rows, 'rgb', set(`${stem}/norm.running_var`, -1e-9))).faults).toEqual([`${stem}/norm.running_var holds a variance below zero.`]);
    const typed = (type: TensorType) => (file: TensorFile): void => {
      const name = `${stem}/norm.weight`;
      (file.tensors as Map<string, Tensor>).set(name, { ...file.tensors.get(name)!, type });
    };
    expect(faultOf(() => take(rows, 'rgb', typed('I8'))).faults).toEqual([`${stem}/norm.weight is of type I8; floating point is needed.`]);
  });
});

describe('a damaged file', () => {
  it('is refused, or gives a tensor for every part', () => {
    const { tensors } = fileOf(dw[4], true);
    const whole = writeSafetensors(tensors);
    const header = 8 + Number(new DataView(whole.buffer).getBigUint64(0, true));
    const open = (file: Uint8Array): ReturnType<typeof takeWeights> => {
      const read = readSafetensors(file);
      const found = chooseFamily(read);
      return takeWeights(found.family.members[0]!.network({ width: 64, height: 64 }), read, found);
    };
    const { weights } = open(whole);
    const random = createRandom(11, 'damage');
    const below = (n: number): number => Math.floor(random() * n);
    const faults = new Map<string, number>();
    for (let n = 0; n < 300; n++) {
      const file = n % 4 === 0 ? whole.slice(0, header + below(whole.length - header)) : whole.slice();
      // A digit for a digit and a letter for a letter keeps the JSON whole: names, dimensions, types and offsets are what changes.
      for (let times = 1 + below(2); times > 0; times--) {
        const at = 8 + below(header - 8);
        const old = String.fromCharCode(file[at] ?? 0);
        const kind = /\d/.test(old) ? '0123456789' : /[a-zA-Z]/.test(old) ? 'aestnOSAFB' : '/._"[],:';
        file[at] = kind.charCodeAt(below(kind.length));
      }
      let outcome = 'taken';
      try {
        // What was not hit is what it was; a changed digit may name another tensor of the same shape, never other bytes.
        for (const [name, values] of open(file).weights) expect(values.length).toBe(weights.get(name)!.length);
      } catch (error) {
        if (!(error instanceof WeightsError)) throw error;
        outcome = error.fault;
        expect(error.message.split('\n').length).toBeLessThan(15);
      }
      faults.set(outcome, (faults.get(outcome) ?? 0) + 1);
    }
    // Where a letter hits a letter, the tensor of the old name is missing, and that of the new one is no part of the network.
    expect([...faults.keys()].every((each) => ['bad-header', 'bad-tensor', 'family', 'misfit', 'taken', 'truncated'].includes(each))).toBe(true);
    expect(faults.get('misfit')).toBeGreaterThan(30);
  }, 60_000);
});

describe('recognising', () => {
  it('says where a file holds more than one set', () => {
    const both = fileOf([...dw[4], ...dw[4].map(([name, dims]): Row => [`teacher.${name}`, dims, null])]);
    const { fault, message } = faultOf(() => chooseFamily(both));
    expect([fault, message]).toEqual(['family', 'The file holds more than one set of weights: vovnet-detectron2 and CenterMask2 under “backbone.bottom_up.”; '
      + 'vovnet-detectron2 and CenterMask2 under “teacher.backbone.bottom_up.”.']);
    const found = chooseFamily(both, 'teacher.backbone.bottom_up.');
    expect(candidates(both, found)[0]!.fit.misfits).toEqual([]);
    expect(faultOf(() => chooseFamily(both, 'x.')).message).toBe('Nothing known is under “x.”.');
  });

  it('says what is known where nothing is', () => {
    expect(faultOf(() => chooseFamily(fileOf([['model.0.conv.weight', [3], null]])))).toMatchObject({
      fault: 'family', hint: expect.stringContaining('timm (vovnet*, ese_vovnet*)') as string,
    });
    expect(findFamilies(fileOf([]))).toEqual([]);
    // A name must begin where a part begins.
    expect(findFamilies(fileOf(dw[4].map(([name, dims]): Row => [`x${name.slice(detectron.length)}`, dims, null])))).toEqual([]);
  });

  it('shows names without what could mislead a terminal', () => {
    const evil = `${detectron}\u001b[31m\u202e${'x'.repeat(300)}`;
    const file = fileOf([...dw[4], [evil, [1], null]]);
    const { faults } = faultOf(() => takeWeights(families[3]!.members[0]!.network({ width: 64, height: 64 }), file, chooseFamily(file)));
    expect(faults[0]).toMatch(/^backbone\.bottom_up\.\?\[31m\?x+\.\.\. is not part of the network\.$/);
  });

  it('knows its own files, as they were built', () => {
    const variant = { ...findVariant('v2-39')!, ese: 'last', stem: 'paper' } as const;
    const network = vovnet({ ...findVariant('27-slim')! }, { width: 64, height: 64 });
    const weights = seededWeights(network, 1);
    const file = readSafetensors(packWeights(network, weights, ownNotes('vovnet-27-slim', findVariant('27-slim'))));
    const found = chooseFamily(file);
    expect(found.family.id).toBe('vovision');
    expect(candidates(file, found).filter(({ fit }) => fit.misfits.length === 0).map(({ member }) => [member.id, member.variant?.stem])).toEqual([['vovnet-27-slim', 'paper']]);
    expect([...takeWeights(network, file, found).weights].every(([name, values]) => Buffer.compare(Buffer.from(values.buffer), Buffer.from(weights.get(name)!.buffer)) === 0)).toBe(true);
    const other = chooseFamily({ ...file, metadata: ownNotes(variant.id, variant, { mean: [1, 2, 3], std: [4, 5, 6] }) });
    expect(other.family.members.find(({ id }) => id === 'vovnetv2-39')).toMatchObject({ variant: { ese: 'last', stem: 'paper' }, pixels: { mean: [1, 2, 3], std: [4, 5, 6] } });
    // Notes are read, not believed: what makes no sense is as if it were not there.
    const odd = chooseFamily({ ...file, metadata: new Map([['stem', '__proto__'], ['ese', 'x'], ['mean', '1 2'], ['std', '0 NaN 1e9']]) });
    expect(odd.family.members[0]).toMatchObject({ variant: { ese: 'none', stem: 'paper' }, pixels: { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] } });
  });
});
