import { defineConfig } from 'vitest/config';

const project = (name: string, timeout: number, workers: number) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`, `tests/${name}/**/*.test.tsx`],
    pool: 'forks' as const,
    testTimeout: timeout,
    env: { ORT_DISABLE_TELEMETRY: '1' },
    hookTimeout: timeout,
    // A page on a busy machine needs longer than the usual second to show what it will show.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: workers,
    // Anything that needs a whole machine to itself runs one file after the other.
    fileParallelism: workers > 1,
  },
});

export default defineConfig({
  test: {
    projects: [project('unit', 20_000, 2), project('engine', 120_000, 2), project('e2e', 180_000, 1)],
  },
});
