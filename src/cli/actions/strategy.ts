import { resolve } from 'node:path';
import { unwrap } from '../../base/failure.ts';
import { strategyReportText } from '../../report/strategy-report.ts';
import { type CheckProblem, checkProblem, standardProblems, strategyReport } from '../../study/strategy-report.ts';
import { type ArchitectureOptions, architectureFrom, entryOptionsFrom } from '../architecture-options.ts';
import { type ConstraintOptions, typedConstraints } from '../constraint-options.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT } from '../errors.ts';
import { limitsFrom, type TypedLimits } from '../limit-options.ts';

interface CheckOptions extends GlobalOptions, ArchitectureOptions, ConstraintOptions, TypedLimits {
  readonly target?: number;
}

/** The network that was named, as a search of it would be. */
function ownProblems(options: CheckOptions): CheckProblem[] {
  if (options.net === undefined && options.layers === undefined) return [];
  const { architecture, baseName } = architectureFrom(options);
  const constraints = typedConstraints(options, architecture);
  const { metric, target } = options;
  return [checkProblem(baseName, architecture, { ...entryOptionsFrom(options), metric, target, constraints })];
}

export async function checkAction(file: string, options: CheckOptions): Promise<void> {
  const context = makeContext(options);
  const problems = [...ownProblems(options), ...standardProblems()];
  const report = unwrap(await strategyReport(resolve(file), problems, limitsFrom(options)));
  if (options.json) printJson(context, report);
  else context.print(strategyReportText(report, context.text));
  if (!report.ok) process.exitCode = EXIT.failed;
}
