import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('bench -- training --json tells the rate of every contender on every net, and no ratio without peers', async () => {
  const words = ['--no-peers', '--nets', 'morse-12.5%', '--threads', '1', '--candidates', '0', '--rounds', '1'];
  const run = promisify(execFile)('node', [
    ...['--import', 'tsx', 'bench/run.ts', 'training', '--json', '--seconds', '0.01'],
    ...words,
  ]);
  const { machine, results } = JSON.parse((await run).stdout);
  expect(machine).toMatchObject({ node: process.version, torch: null, sparse: expect.stringMatching(/wasm|native/) });
  const ours = results.find(({ contender }: { contender: string }) => contender === 'sparse');
  expect(ours).toMatchObject({ net: 'morse-12.5%', threads: 1, ratio: null });
  expect(ours.samplesPerSecond).toBeGreaterThan(0);
  expect(results.map(({ contender }: { contender: string }) => contender)).toContain('tfjs on wasm');
});
