// Builds the whole program into out/: the page with Vite, everything that runs in Node or Electron with Rolldown.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Entry points that run outside the page; each becomes out/<name>.cjs. */
const entries = {
  main: 'electron/main.ts',
  preload: 'electron/preload.ts',
  engine: 'electron/engine/process.ts',
  'inference-thread': 'electron/engine/inference/thread.ts',
  'inference-trial': 'electron/engine/inference/trial.ts',
  'lab-bench': 'electron/engine/lab/bench-child.ts',
  quantize: 'electron/engine/quantize/child.ts',
  host: 'electron/host/browser.ts',
  cli: 'electron/cli/cli.ts',
};

/**
 * onnxruntime's own builds report their use to Microsoft unless told not to before they load; worker
 * threads only have a copy of the environment, so whoever starts them must have said it.
 */
const banner = "process.env.ORT_DISABLE_TELEMETRY = '1';";

const buildNode = async () => {
  const { build } = await import('rolldown');
  const input = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(join(root, file))));
  await Promise.all(
    Object.entries(input).map(([name, file]) =>
      build({
        cwd: root,
        input: { [name]: file },
        platform: 'node',
        // Native or found at run time; everything else is bundled.
        external: ['electron', 'onnxruntime-node', 'ffmpeg-static', /^@ff(mpeg|probe)-installer\//, 'bufferutil', 'utf-8-validate'],
        transform: { target: 'es2022' },
        output: { dir: 'out', format: 'cjs', banner, entryFileNames: '[name].cjs', sourcemap: true, codeSplitting: false },
        logLevel: 'warn',
      }),
    ),
  );
};

const buildPage = async () => {
  if (!existsSync(join(root, 'renderer/index.html'))) return;
  const { build } = await import('vite');
  await build({ configFile: join(root, 'vite.config.ts'), root: join(root, 'renderer'), logLevel: 'warn' });
};

const only = process.argv[2];
try {
  if (only !== 'page') await buildNode();
  if (only !== 'node') await buildPage();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
