import { createHash } from 'node:crypto';
import { Random } from '../../src/base/random.ts';
import { fingerprint } from '../../src/pattern/pattern.ts';
import type { Problem, Strategy } from '../../src/search/strategy.ts';
import { makeProblem } from '../conformance/strategy-problems.ts';

const nm = (n: number, m: number) => ({ n, m, transposable: false });

/** Problems of exact degrees. */
const goldenProblems: readonly Problem[] = [
  makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] }),
  makeProblem({ layers: [32, 16, 16, 8], fanOuts: [2, 4, 2] }, { spans: 'all' }),
  makeProblem({ layers: [16, 12], fanOuts: [9] }, { metric: 'fair-share' }),
  makeProblem({ layers: [64, 16, 4], fanOuts: [4, 2], shapes: [[8, 8], [4, 4], [4]] }),
  makeProblem({ layers: [32, 16, 8], fanOuts: [4, 2], usedInputs: 27, usedOutputs: 5 }, { target: 0.6 }),
  makeProblem({ layers: [16, 64, 16], fanOuts: [16, 4] }, { constraints: { structure: [nm(1, 4), nm(1, 4)] } }),
  makeProblem(
    { layers: [16, 64, 16], fanOuts: [16, 4] },
    {
      constraints: {
        forbidden: [[[0, 0]], [[1, 1]]],
        forced: [[[1, 1]], [[5, 5]]],
        distinctNeighbourhoods: true,
      },
    },
  ),
];

const ROUNDS = 3;

/** SHA-256, its first 16 hexadecimal digits, of what a strategy makes in three rounds of each problem, or says of it. */
export function goldenDigest(strategy: Strategy): string {
  const hash = createHash('sha256');
  for (const problem of goldenProblems) {
    const accepted = strategy.accepts(problem);
    hash.update(`${accepted}\n`);
    if (accepted !== true) continue;
    const random = Random.fromSeed(12);
    let state = strategy.start(problem, random.fork(0));
    for (let round = 1; round <= ROUNDS; round++) {
      const step = strategy.step(problem, state, [], random.fork(round));
      state = step.state;
      for (const pattern of step.candidates) hash.update(fingerprint(pattern));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
