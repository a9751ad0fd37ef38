import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CompareRow } from '../../../electron/engine/contract/contract.js';
import type { Agreement } from '../../../electron/engine/lab/agreement.js';
import { answerOf, temporaryFolder, vovision } from '../cli/run.js';

type Answer = { readonly rows: readonly (CompareRow & { readonly paper: { readonly framesPerSecond: number } | null })[]; readonly agreement: Agreement | null };

describe('bench backbones', () => {
  it('prints the table, writes it, and tells a second time how the order agrees', async () => {
    const env = { VOVISION_DATA: await temporaryFolder(), TMPDIR: await temporaryFolder() };
    const file = join(await temporaryFolder(), 'result.csv');
    // They lie far enough apart for any machine.
    const words = ['bench', 'backbones', 'vovnet-39', 'mobilenet-v1', 'vovdet-nano', '--size', '128', '--rounds', '2', '--seconds', '0.2'];
    const first = await vovision([...words, '--energy', '-o', file], { env });
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/network +input .* paper: detector/);
    expect(first.stdout).toMatch(/Paper: arXiv 1904\.09730, Tables 2 and 4; TITAN X \(Pascal\), 2019, whole detectors\./);
    expect(first.stdout).toMatch(/Energy: /);
    const [title = '', best = ''] = readFileSync(file, 'utf8').split('\r\n');
    expect(title).toContain('"Energy a picture, paper (TITAN X (Pascal), 2019, whole detectors) (J)"');
    expect(best).toMatch(/^MobileNet v1,mobilenet,128x128,1,3\.2/);
    expect(best).toMatch(/,SSD300,37,42,2\.3$/);

    const answer = answerOf(await vovision([...words, '--json'], { env })) as unknown as Answer;
    expect(answer.rows.map(({ subject }) => subject)).toEqual(['network:mobilenet-v1', 'model:vovdet-nano', 'network:vovnet-39']);
    expect(answer.rows.map(({ paper }) => paper?.framesPerSecond ?? null)).toEqual([37, null, 25]);
    expect(answer.agreement).toMatchObject({ tau: 1, pairs: 3, swapped: 0, clearlySwapped: 0 });
    expect(readdirSync(join(env.VOVISION_DATA, 'lab')).length).toBe(2);
    expect(readdirSync(env.TMPDIR).filter((name) => name.startsWith('vovision'))).toEqual([]);
  });

  it('refuses names that are nothing, and tells what there is to measure', async () => {
    expect(await vovision(['bench', 'backbones', 'nonsense'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/no network, model or file “nonsense”/) as string });
    expect(await vovision(['bench', 'backbones', '-o', 'table.pdf'])).toMatchObject({ code: 2 });
    expect(await vovision(['bench'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/backbones, layers, paper, pipeline/) as string });
    expect((await vovision(['bench', '--help'])).stdout).toMatch(/bench backbones/);
  });
});
