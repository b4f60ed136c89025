import { strategyNames } from '../../strategies/names.ts';
import { type Outcome, success } from '../base/failure.ts';
import { type Architecture, defineArchitecture } from '../pattern/architecture.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import { fanOutsForFanIns } from '../pattern/degree-choice.ts';
import { type EntryOptions, scatterEntries } from '../pattern/entries.ts';
import type { Metric } from '../scatter/metric.ts';
import { inspectStrategyFile } from '../search/inspect-strategy-file.ts';
import type { StepLimits } from '../search/step-limits.ts';
import type { Problem } from '../search/strategy.ts';
import { checkStrategy, type ProblemCheck } from '../search/strategy-check.ts';

/** A problem that strategies are tried on, by a name that says what is special about it. */
export interface CheckProblem {
  readonly name: string;
  readonly problem: Problem;
}

/** How a strategy fared on one problem, and what network that is of. */
export interface CheckedProblem extends ProblemCheck {
  readonly name: string;
  readonly layers: readonly number[];
  readonly fanOuts: readonly number[];
}

/** Whether a strategy keeps its contract, problem by problem. */
export interface StrategyReport {
  readonly file: string;
  readonly strategy: string;
  /** kept on every problem that it does not refuse, of which there is at least one */
  readonly ok: boolean;
  readonly problems: readonly CheckedProblem[];
  /** what it printed, as far as it is shown */
  readonly printed: readonly string[];
}

interface ProblemChoices extends EntryOptions {
  readonly metric?: Metric;
  readonly target?: number | null;
  readonly constraints?: Constraints;
}

/** A problem as a search of these choices has it. */
export function checkProblem(name: string, architecture: Architecture, choices: ProblemChoices = {}): CheckProblem {
  const { metric = 'indicator', target = null, constraints, ...entryOptions } = choices;
  const entries = scatterEntries(architecture, entryOptions, metric);
  return {
    name,
    problem: { architecture, entries, metric, target, ...(constraints === undefined ? {} : { constraints }) },
  };
}

const small = { layers: [16, 32, 16], fanOuts: [8, 4] } as const;

/** What every strategy is tried on: each may be refused, with a reason. */
export function standardProblems(): CheckProblem[] {
  const plain = defineArchitecture(small);
  const layers = [12, 8, 6];
  const balanced = defineArchitecture({ layers, fanOuts: fanOutsForFanIns(layers, [4, 3], 'balanced') });
  return [
    checkProblem('small', plain),
    checkProblem('one junction', defineArchitecture({ layers: [24, 12], fanOuts: [3] })),
    checkProblem('padded', defineArchitecture({ ...small, usedInputs: 13, usedOutputs: 10 })),
    checkProblem('shaped', defineArchitecture({ ...small, shapes: [[4, 4], undefined, undefined] })),
    checkProblem('constrained', plain, { constraints: { forced: [[[0, 0]], []], forbidden: [[[1, 1]], []] } }),
    checkProblem('distinct', plain, { constraints: { distinctNeighbourhoods: true } }),
    checkProblem('target', plain, { target: 0.7 }),
    checkProblem('fair-share, all spans', plain, { metric: 'fair-share', spans: 'all' }),
    checkProblem('balanced degrees', balanced),
  ];
}

/**
 * Tries a user's strategy on problems.
 * @param path absolute. @returns Failures as of `inspectStrategyFile` for a file that holds none
 */
export async function strategyReport(
  path: string,
  problems: readonly CheckProblem[] = standardProblems(),
  limits: StepLimits = {},
): Promise<Outcome<StrategyReport>> {
  const inspected = await inspectStrategyFile(path, strategyNames);
  if (!inspected.ok) return inspected;
  const printed: string[] = [];
  const checked: CheckedProblem[] = [];
  for (const { name, problem } of problems) {
    const found = await checkStrategy({ path, problem }, limits, (text) => printed.push(text));
    const { layers, fanOuts } = problem.architecture;
    checked.push({ name, layers, fanOuts, ...found });
  }
  const verdicts = checked.map(({ verdict }) => verdict);
  const ok = !verdicts.includes('broken') && verdicts.includes('kept');
  return success({
    file: path,
    strategy: inspected.value.strategy,
    ok,
    problems: checked,
    printed: [...new Set(printed)],
  });
}
