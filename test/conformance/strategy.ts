import { deserialize, serialize } from 'node:v8';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fingerprint, type Pattern, patternFault } from '../../src/pattern/pattern.ts';
import { Random } from '../../src/pattern/random.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import type { Elite, Problem, Strategy } from '../../src/search/strategy.ts';
import { buffersOf } from '../../src/search/transfer.ts';
import { networks, samplePattern } from '../pattern/sample-patterns.ts';
import { makeProblem, strategyProblems } from './strategy-problems.ts';

/** Steps within which every strategy has something to show. */
const PATIENCE = 128;

interface Run {
  readonly states: unknown[];
  readonly candidates: Pattern[];
}

/** Steps until there are `wanted` candidates; `between` is applied to the state before every step. */
function runSteps(
  strategy: Strategy,
  problem: Problem,
  seed: number,
  wanted: number,
  options: { readonly elites?: readonly Elite[]; readonly between?: (state: unknown) => unknown } = {},
): Run {
  const { elites = [], between = (state) => state } = options;
  const random = Random.fromSeed(seed);
  const states = [strategy.start(problem, random.fork(0))];
  const candidates: Pattern[] = [];
  for (let round = 1; round <= PATIENCE && candidates.length < wanted; round++) {
    const step = strategy.step(problem, between(states[round - 1]), elites, random.fork(round));
    expect(Number.isSafeInteger(step.swaps) && step.swaps >= 0, `swaps ${step.swaps}`).toBe(true);
    states.push(step.state);
    candidates.push(...step.candidates);
  }
  return { states, candidates };
}

function expectExact(problem: Problem, patterns: readonly Pattern[]): void {
  const { layers, fanOuts } = problem.architecture;
  for (const pattern of patterns) {
    expect(pattern.layers).toEqual(layers);
    expect(pattern.fanOuts).toEqual(fanOuts);
    expect(patternFault(pattern)).toBeNull();
  }
}

function sharedElite(problem: Problem): Elite {
  const { layers, fanOuts } = problem.architecture;
  const pattern = samplePattern(layers, fanOuts, 5);
  const junctions = pattern.junctions.map((sources) => {
    const shared = new Uint32Array(new SharedArrayBuffer(sources.byteLength));
    shared.set(sources);
    return shared;
  });
  return { pattern: { ...pattern, junctions }, score: scorePattern(pattern, problem.entries, problem.metric) };
}

const medium = () => strategyProblems['two junctions'];

/** What every strategy must do, whatever it is. */
export function strategyConformance(strategy: Strategy): void {
  describe(`strategy ${strategy.name}`, () => {
    afterEach(() => {
      vi.restoreAllMocks();
    });

    test('has a kebab-case name, a summary and a source', () => {
      expect(strategy.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(strategy.summary.length).toBeGreaterThan(10);
      expect(strategy.source.length).toBeGreaterThan(10);
    });

    test.each(Object.entries(strategyProblems))('makes exact patterns for %s, or says why not', (_, problem) => {
      const accepted = strategy.accepts(problem);
      if (accepted !== true) {
        expect(accepted.length).toBeGreaterThan(10);
        return;
      }
      const { candidates } = runSteps(strategy, problem, 3, 3);
      expect(candidates.length).toBeGreaterThan(0);
      expectExact(problem, candidates);
    });

    test('property: any feasible network gets exact patterns, or a reason', () => {
      fc.assert(
        fc.property(networks, fc.nat(), (network, seed) => {
          const problem = makeProblem(network);
          if (strategy.accepts(problem) === true) expectExact(problem, runSteps(strategy, problem, seed, 1).candidates);
        }),
        { numRuns: 25, seed: 11 },
      );
    });

    test('gives the same candidates for the same seed and others for another', () => {
      const names = (seed: number) => runSteps(strategy, medium(), seed, 3).candidates.map(fingerprint);
      expect(names(1)).toEqual(names(1));
      expect(names(1)).not.toEqual(names(2));
    });

    test('goes on from a stored state as from its own', () => {
      const options = { elites: [sharedElite(medium())] };
      const own = runSteps(strategy, medium(), 4, 4, options);
      const stored = runSteps(strategy, medium(), 4, 4, {
        ...options,
        between: (state) => deserialize(serialize(structuredClone(state))),
      });
      expect(stored.candidates.map(fingerprint)).toEqual(own.candidates.map(fingerprint));
      expect(stored.states).toEqual(own.states);
    });

    test('only reads the state and the elites it is given, and keeps no shared memory', () => {
      const elites = [sharedElite(medium())];
      const before = elites.map(({ pattern }) => fingerprint(pattern));
      runSteps(strategy, medium(), 4, 4, {
        elites,
        between: (state) => {
          buffersOf(state);
          return state;
        },
      });
      const random = Random.fromSeed(9);
      let state = strategy.start(medium(), random.fork(0));
      for (let round = 1; round < 6; round++) {
        const copy = structuredClone(state);
        const step = strategy.step(medium(), state, elites, random.fork(round));
        expect(state).toEqual(copy);
        state = step.state;
      }
      expect(elites.map(({ pattern }) => fingerprint(pattern))).toEqual(before);
    });

    test('looks at no clock and draws no randomness of its own', () => {
      const forbidden = () => {
        throw new Error('a strategy must not do this');
      };
      vi.spyOn(Math, 'random').mockImplementation(forbidden);
      vi.spyOn(Date, 'now').mockImplementation(forbidden);
      const clock = vi.spyOn(performance, 'now').mockImplementation(forbidden);
      const { candidates } = runSteps(strategy, medium(), 6, 2);
      clock.mockRestore();
      expect(candidates.length).toBeGreaterThan(0);
    });
  });
}
