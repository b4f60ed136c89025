import { deserialize, serialize } from 'node:v8';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { constraintFault } from '../../src/pattern/constraints/fault.ts';
import { fingerprint, type Pattern, patternFault } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';
import { IncrementalScorer } from '../../src/scatter/incremental.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import type { Elite, Problem, Strategy } from '../../src/search/strategy.ts';
import { buffersOf } from '../../src/search/transfer.ts';
import { constrainedPattern } from '../../strategies/constraints/constrained-problem.ts';
import { totalEdges } from '../../strategies/shared/batch.ts';
import { balancedNetworks, networks, samplePattern } from '../pattern/sample-patterns.ts';
import { constrainedProblems, impossibleProblems, makeProblem, strategyProblems } from './strategy-problems.ts';

/** Steps within which every strategy has something to show. */
const PATIENCE = 128;

/** Swaps scored in one step: between two steps a search looks at its budget and whether it was told to stop. */
const MOST_SWAPS = 300_000;
/** Swaps that a step may score beyond those that it counts: what it takes to measure a temperature, for each of a few walks. */
const UNCOUNTED_SWAPS = 2_000;
/** Candidates of one step. */
const MOST_CANDIDATES = 64;
/** What a stored state may hold, in patterns of the problem. */
const MOST_PATTERNS = 40;

interface Run {
  readonly states: unknown[];
  readonly candidates: Pattern[];
}

/** A reason that can stand alone in a sentence: words, and no value that was not thought of. */
function expectReason(accepted: true | string): void {
  expect(accepted).toMatch(/[a-z]+( \S+){3,}/);
  expect(accepted).not.toMatch(/undefined|NaN|null|\[object|\n|[.!]$/);
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
    expect(step.candidates.length).toBeLessThanOrEqual(MOST_CANDIDATES);
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
    if (problem.constraints !== undefined) expect(constraintFault(pattern, problem.constraints)).toBeNull();
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

/** The problem of two junctions, with a wanted scatter for strategies that need one. */
function mediumOf(strategy: Strategy): Problem {
  const problem = strategyProblems['two junctions'];
  return strategy.accepts(problem) === true ? problem : strategyProblems['a wanted scatter'];
}

/** One that keeps the problem's constraints, as every candidate does. */
function constrainedElite(problem: Problem): Elite {
  const pattern = constrainedPattern(problem, Random.fromSeed(5));
  return { pattern, score: scorePattern(pattern, problem.entries, problem.metric) };
}

const { propose } = IncrementalScorer.prototype;

/** Counts what all scorers are asked, without keeping every question as a spy does; until the test ends. */
function countProposals(): { proposals: number } {
  const counter = { proposals: 0 };
  IncrementalScorer.prototype.propose = function (this: IncrementalScorer, ...swap) {
    counter.proposals++;
    return propose.apply(this, swap);
  };
  return counter;
}

/** What every strategy must do, whatever it is. */
export function strategyConformance(strategy: Strategy): void {
  describe(`strategy ${strategy.name}`, () => {
    const medium = () => mediumOf(strategy);

    afterEach(() => {
      vi.restoreAllMocks();
      IncrementalScorer.prototype.propose = propose;
    });

    test('has a kebab-case name, a summary and a source', () => {
      expect(strategy.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(strategy.summary.length).toBeGreaterThan(10);
      expect(strategy.source.length).toBeGreaterThan(10);
    });

    test.each(Object.entries(strategyProblems))('makes exact patterns for %s, or says why not', (_, problem) => {
      const accepted = strategy.accepts(problem);
      expect(strategy.accepts(problem), 'asked again').toBe(accepted);
      if (accepted !== true) {
        expectReason(accepted);
        return;
      }
      const { candidates } = runSteps(strategy, problem, 3, 3);
      expect(candidates.length).toBeGreaterThan(0);
      expectExact(problem, candidates);
    });

    test.each(Object.entries(constrainedProblems))('keeps %s, or says why it cannot', (_, problem) => {
      const accepted = strategy.accepts(problem);
      if (accepted !== true) {
        expectReason(accepted);
        return;
      }
      const { candidates } = runSteps(strategy, problem, 7, 3, { elites: [constrainedElite(problem)] });
      expect(candidates.length).toBeGreaterThan(0);
      expectExact(problem, candidates);
    });

    test.each(Object.entries(impossibleProblems))('refuses %s', (_, problem) => {
      const accepted = strategy.accepts(problem);
      expect(accepted).not.toBe(true);
      expectReason(accepted);
    });

    test.each([
      ['exact', networks],
      ['balanced', balancedNetworks],
    ])('property: any network of %s degrees gets patterns of these, or a reason', (_, anyNetwork) => {
      const targets = fc.option(fc.double({ min: 0, max: 1, noNaN: true }));
      fc.assert(
        fc.property(anyNetwork, targets, fc.nat(), (network, target, seed) => {
          const problem = makeProblem(network, { target });
          const accepted = strategy.accepts(problem);
          if (accepted !== true) {
            expectReason(accepted);
            return;
          }
          const { candidates } = runSteps(strategy, problem, seed, 1);
          expect(candidates.length).toBeGreaterThan(0);
          expectExact(problem, candidates);
        }),
        { numRuns: 25, seed: 11 },
      );
    });

    test('returns from every step after a bounded number of scored swaps, which it counts', () => {
      const counter = countProposals();
      for (const problem of [makeProblem(presets.morse, { target: medium().target }), medium()]) {
        if (strategy.accepts(problem) !== true) continue;
        const random = Random.fromSeed(2);
        let state = strategy.start(problem, random.fork(0));
        for (let round = 1; round <= 4; round++) {
          counter.proposals = 0;
          const step = strategy.step(problem, state, [sharedElite(problem)], random.fork(round));
          expect(step.swaps).toBeLessThanOrEqual(MOST_SWAPS);
          expect(counter.proposals).toBeLessThanOrEqual(step.swaps + UNCOUNTED_SWAPS);
          state = step.state;
        }
      }
    });

    test('keeps a state of a few patterns, however long it goes on', () => {
      const { states } = runSteps(strategy, medium(), 8, 64);
      const edges = totalEdges(medium());
      const sizes = states.map((state) => serialize(state).byteLength);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(4096 + MOST_PATTERNS * 4 * edges);
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
