import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { answerOf, root, shared, temporaryFolder, vovision } from './run.js';

const noSharedModels = existsSync(join(shared, 'models')) ? null : 'the folder ../shared/models is not here';

let folder = '';
beforeAll(async () => {
  folder = await temporaryFolder();
});

const refusal = async (...words: string[]): Promise<string> => {
  const ran = await vovision([...words, '--json']);
  expect(ran.code).toBe(answerOf(ran)['error'] === undefined ? 0 : 2);
  return (answerOf(ran)['error'] as { message: string } | undefined)?.message ?? 'accepted';
};

describe('inspect', () => {
  it('gives the costs of the tables', async () => {
    const ran = await vovision(['inspect', 'vovnet-27-slim', '--size', '300', '--stem', 'released', '--json']);
    expect(ran.code).toBe(0);
    const answer = answerOf(ran);
    expect(answer).toMatchObject({
      id: 'vovnet-27-slim', stem: 'released', input: { width: 300, height: 300 },
      parameters: 3012736, multiplyAdds: 3854199552, memoryAccess: 20146800, peakActivationBytes: 20160000,
    });
    expect(answer['layers']).toHaveLength(27);
    expect((answer['layers'] as unknown[])[0]).toMatchObject({ name: 'stem.conv1', module: 'stem', kernel: 3, stride: 2, parameters: 1856 });
  });

  it('is a table for people', async () => {
    const { stdout } = await vovision(['inspect', '39', '--size', '300']);
    expect(stdout).toContain('VoVNet-39, 300x300');
    expect(stdout).toContain('parameters        21.58 M');
    expect(stdout).toContain("multiply-adds     13.58 G (the paper's FLOPs; tools that count two for each say 27.16 GFLOPs)");
    expect(stdout).toMatch(/stage5\.module2\.aggregate +1x1 +2144x9x9 +1024x9x9 +2197504 /);
  });

  it('counts every node of a file', async () => {
    const shipped = join(root, 'tests/models/zoo/first-256.onnx');
    const answer = answerOf(await vovision(['inspect', shipped, '--json']));
    expect(answer).toMatchObject({
      file: shipped, inputs: [{ name: 'image', dims: [1, 256, 256, 3] }], parameters: 1074706, multiplyAdds: 719839232, unknown: [],
    });
    expect(answer['layers']).toHaveLength(261);
    expect(await refusal('inspect', shipped, '--size', '320')).toBe('The file takes pictures of 256 x 256 only.');
    expect(await refusal('inspect', shipped, '--stem', 'paper')).toContain('--stem is for the networks');
    const open = join(folder, 'open.onnx');
    await vovision(['models', 'build', '27-slim', '--any-size', '--input', 'numbers', '-o', open]);
    expect(await refusal('inspect', open)).toBe('The input image leaves its size open.');
    // The same convolutions; a file also has its concatenations, pools and activations.
    const sized = answerOf(await vovision(['inspect', open, '--size', '320x192', '--json']));
    expect(sized['multiplyAdds']).toBe(answerOf(await vovision(['inspect', '27-slim', '--size', '320x192', '--json']))['multiplyAdds']);
    const text = (await vovision(['inspect', open, '--size', '224'])).stdout;
    expect(text).toMatch(/stage5\.module1\.aggregate\/conv +Conv +1x512x7x7 +/);
    expect((await vovision(['inspect', join(folder, 'missing.onnx')])).code).toBe(3);
  });

  it('tells the costs of a file that is somebody else’s', async ({ skip }) => {
    if (noSharedModels !== null) skip(noSharedModels);
    const answer = answerOf(await vovision(['inspect', join(shared, 'models/foreign-face-slim-320.onnx'), '--json']));
    expect(answer).toMatchObject({ parameters: 291256, multiplyAdds: 84112640, unknown: [] });
    expect(answer['layers']).toHaveLength(217);
  });

  it('says what is wrong', async () => {
    expect(await refusal('inspect', 'resnet-9')).toBe('There is no network “resnet-9”.');
    expect(await refusal('inspect', 'resnet-50', '--stem', 'paper')).toBe('ResNet-50 v1.5 has one stem only.');
    expect(await refusal('inspect', '39', '--size', '20')).toBe('A picture of 20 x 20 is too small: nothing of it is left at stage5.pool.');
    for (const size of ['0', '-1', '1e3', '224x', 'x', '9000', '12.5']) {
      expect(await refusal('inspect', '39', `--size=${size}`)).toContain(`--size is “${size}”; it must be pixels`);
    }
    expect(await refusal('inspect', '39', '--stem', 'old')).toContain('must be one of paper, released');
  });

  it('knows the networks that VoVNet is compared with', async () => {
    const answer = answerOf(await vovision(['inspect', 'DenseNet121', '--size', '300', '--json']));
    expect(answer).toMatchObject({ id: 'densenet-121', stem: null, parameters: 6953856, multiplyAdds: 4936657664, memoryAccess: 45034192 });
    expect((answer['layers'] as unknown[])[1]).toMatchObject({ name: 'stage2.layer1.norm', kind: 'norm', parameters: 128, multiplyAdds: 0 });
    expect((await vovision(['inspect', 'mobilenet-v1'])).stdout).toMatch(/layer2\.depthwise +3x3 \/2 g64 +64x112x112 +64x56x56 /);
  });

  it('knows the largest V1 network', async () => {
    const ran = await vovision(['inspect', 'vovnet-57', '--json']);
    expect(ran.code).toBe(0);
    expect(answerOf(ran)).toMatchObject({ parameters: 35615296 });
  });
});

describe('models build', () => {
  it('writes VoVNet-57, which loads', async () => {
    const path = join(folder, '57.onnx');
    const ran = await vovision(['models', 'build', 'vovnet-57', '-o', path, '--json']);
    expect(ran.code).toBe(0);
    expect(answerOf(ran)).toMatchObject({
      id: 'vovnet-57', stem: 'paper', seed: 0, parameters: 35615296, output: path,
      inputs: [{ name: 'image', type: 'uint8', dims: ['n', 224, 224, 3] }],
    });
    const session = await InferenceSession.create(path);
    expect(session.outputNames).toEqual(['stride4', 'stride8', 'stride16', 'stride32']);
    await session.release();
  });

  it('gives the same file for a seed, another for another, a smaller one in half precision', async () => {
    const build = async (name: string, ...words: string[]): Promise<Buffer> => {
      const path = join(folder, name);
      expect((await vovision(['models', 'build', '27-slim', '--size', '64', '-o', path, ...words])).code).toBe(0);
      return readFile(path);
    };
    const [a, b, other, half] = [await build('a'), await build('b'), await build('c', '--seed', '1'), await build('d', '--fp16')];
    expect(Buffer.compare(a, b)).toBe(0);
    expect(Buffer.compare(a, other)).not.toBe(0);
    expect(half.length / a.length).toBeCloseTo(0.5, 2);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('builds the networks to compare with, and classifiers', async () => {
    const path = join(folder, 'pelee.onnx');
    const built = answerOf(await vovision(['models', 'build', 'peleenet', '--size', '96x64', '--classifier', '--json', '-o', path]));
    expect(built).toMatchObject({ id: 'peleenet', stem: null, parameters: 2802248, outputs: [{ name: 'logits', type: 'float32', dims: ['n', 1000] }] });
    const session = await InferenceSession.create(path);
    const { logits } = await session.run({ image: new Tensor('uint8', new Uint8Array(2 * 96 * 64 * 3), [2, 64, 96, 3]) });
    expect(logits?.dims).toEqual([2, 1000]);
    await session.release();
    const ten = answerOf(await vovision(['models', 'build', '27-slim', '--size', '64', '--classifier', '--classes', '10', '--json', '-o', path]));
    expect(ten).toMatchObject({ stem: 'paper', parameters: 3012736 + 10 * 513, outputs: [{ name: 'logits', dims: ['n', 10] }] });
  });

  it('says what is wrong, and leaves nothing behind', async () => {
    expect(await refusal('models', 'build')).toBe('models build needs the ID of a network.');
    expect(await refusal('models', 'build', '39')).toBe('models build needs -o FILE: where to write the model.');
    expect(await refusal('models', 'build', 'x', '-o', join(folder, 'x.onnx'))).toBe('There is no network “x”.');
    expect(await refusal('models', 'build', '39', '--seed', '0.5', '-o', join(folder, 'x.onnx'))).toContain('must be a whole number');
    expect(await refusal('models', 'build', '39', '--classes', '10', '-o', join(folder, 'x.onnx'))).toBe('--classes is for detectors, and for networks with --classifier.');
    for (const count of ['0', 'cat,dog', '1e3', '1000000']) {
      expect(await refusal('models', 'build', '39', '--classifier', '--classes', count, '-o', join(folder, 'x.onnx'))).toContain(`--classes is “${count}”; with --classifier it must be how many`);
    }
    expect(await refusal('models', 'make')).toContain('models list, models build');
    expect(await refusal('models', 'list', '39')).toContain('one argument too many');
    const directory = join(folder, 'taken');
    await mkdir(directory);
    const ran = await vovision(['models', 'build', '27-slim', '--size', '64', '-o', directory, '--json']);
    expect(ran.code).toBe(3);
    expect(answerOf(ran)).toMatchObject({ error: { kind: 'output' } });
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('lists what can be built', async () => {
    const { networks } = answerOf(await vovision(['models', 'list', '--json'])) as { networks: { id: string }[] };
    expect(networks.map(({ id }) => id)).toContain('vovnetv2-19-slim-dw');
    expect(networks).toHaveLength(19);
  });
});
