import { Random } from '../../base/random.ts';
import { constraintFault } from '../../pattern/constraints/fault.ts';
import { scatterEntries } from '../../pattern/entries.ts';
import { describeNetwork, type ScoreReport, scoreText } from '../../report/score.ts';
import { reportPattern } from '../../study/pattern-report.ts';
import type { ScatterOptions } from '../architecture-options.ts';
import { type ConstraintOptions, typedConstraints } from '../constraint-options.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import type { PatternOptions } from '../pattern-options.ts';
import { readPatternToScore } from '../pattern-to-score.ts';

interface ScoreCommandOptions extends GlobalOptions, PatternOptions, ScatterOptions, ConstraintOptions {
  readonly json?: boolean;
}

export async function scoreAction(path: string, options: ScoreCommandOptions): Promise<void> {
  const context = makeContext(options);
  const { file, architecture, metric, entryOptions, ...said } = await readPatternToScore(path, options);
  const entries = scatterEntries(architecture, entryOptions, metric);
  const random = Random.fromSeed(context.seed);
  const report: ScoreReport = {
    ...describeNetwork(architecture),
    ...reportPattern(file.pattern, { architecture, entries, metric, random }),
    ...said,
    arrays: file.arrays ?? null,
    order: file.order ?? null,
    orderFromSizes: file.orderFromSizes ?? false,
    weighted: file.weighted ?? [],
  };
  const constraints = typedConstraints(options, architecture);
  const fault = constraints === undefined ? null : constraintFault(file.pattern, constraints);
  const kept =
    constraints === undefined ? {} : { constraints: { kept: fault === null, fault: fault?.message ?? null } };
  if (options.json) return printJson(context, { ...report, ...kept });
  context.print(scoreText(report, context.text).trimEnd());
  if (constraints !== undefined)
    context.print(`\nConstraints: ${fault === null ? 'kept' : `broken (${fault.message})`}.`);
}
