import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    pool: 'forks',
    // On two cores Vitest would run one file at a time, though most of a test that starts the program is waiting.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Worker threads that the sources start are TypeScript too.
    execArgv: ['--import', 'tsx'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // Tests of real processes, signals, pseudo-terminals and servers meet machines of every speed: what fails once is tried
    // again, and named at the end. What is wrong fails every time.
    retry: 2,
    reporters: ['default', './test/retried-reporter.ts'],
  },
});
