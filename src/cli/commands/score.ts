import { Command } from 'commander';
import { Random } from '../../base/random.ts';
import { constraintFault } from '../../pattern/constraints/fault.ts';
import { scatterEntries } from '../../pattern/entries.ts';
import { describeNetwork, type ScoreReport, scoreText } from '../../report/score.ts';
import { reportPattern } from '../../study/pattern-report.ts';
import { addScatterOptions, type ScatterOptions } from '../architecture-options.ts';
import { addConstraintOptions, type ConstraintOptions, typedConstraints } from '../constraint-options.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { addPatternOptions, type PatternOptions, readPatternToScore } from '../pattern-options.ts';

interface ScoreCommandOptions extends GlobalOptions, PatternOptions, ScatterOptions, ConstraintOptions {
  readonly json?: boolean;
}

export function scoreCommand(): Command {
  const command = new Command('score')
    .description(
      'scatter of a pattern file (.json, .npz, .npy, .safetensors), measured as the file says unless options say otherwise',
    )
    .argument('<file>', 'the pattern file');
  return addConstraintOptions(addScatterOptions(addPatternOptions(command)))
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot score pattern.json\n  scattershot score masks.npz --metric fair-share --used-outputs 10\n  scattershot score weights.safetensors --tensor fc1.weight_mask,fc2.weight_mask\n  scattershot score pattern.json --windows windows.json --json\n  scattershot score pattern.json --parallelism 16 --distinct',
    )
    .action(score);
}

async function score(path: string, options: ScoreCommandOptions): Promise<void> {
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
