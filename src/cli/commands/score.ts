import { Command } from 'commander';
import { unwrap } from '../../base/failure.ts';
import { Random } from '../../base/random.ts';
import { defineArchitecture } from '../../pattern/architecture.ts';
import { constraintFault } from '../../pattern/constraints/fault.ts';
import { scatterEntries } from '../../pattern/entries.ts';
import { type PatternFile, readPatternFile } from '../../pattern/formats/index.ts';
import { scoreText } from '../../report/score.ts';
import { reportPattern } from '../../study/pattern-report.ts';
import { addScatterOptions, entryOptionsFrom, type ScatterOptions } from '../architecture-options.ts';
import { addConstraintOptions, type ConstraintOptions, typedConstraints } from '../constraint-options.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';

interface ScoreOptions extends GlobalOptions, ScatterOptions, ConstraintOptions {
  readonly json?: boolean;
}

export function scoreCommand(): Command {
  const command = new Command('score')
    .description('scatter of a pattern file (.json, .npz, .npy, .safetensors)')
    .argument('<file>', 'the pattern file');
  return addConstraintOptions(addScatterOptions(command))
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot score pattern.json\n  scattershot score masks.npz --metric fair-share --used-outputs 10\n  scattershot score pattern.json --windows windows.json --json\n  scattershot score pattern.json --parallelism 16 --distinct',
    )
    .action(score);
}

/** The file's own shapes and padding hold unless an option says otherwise. */
export function architectureOfFile(file: PatternFile, options: ScatterOptions) {
  return defineArchitecture({
    layers: file.pattern.layers,
    fanOuts: file.pattern.fanOuts,
    shapes: options.shapes ?? file.shapes,
    usedInputs: options.usedInputs ?? file.usedInputs,
    usedOutputs: options.usedOutputs ?? file.usedOutputs,
  });
}

async function score(path: string, options: ScoreOptions): Promise<void> {
  const context = makeContext(options);
  const file = unwrap(await readPatternFile(path));
  const architecture = architectureOfFile(file, options);
  const metric = options.metric ?? 'indicator';
  const entries = scatterEntries(architecture, entryOptionsFrom(options), metric);
  const report = reportPattern(file.pattern, {
    ...{ architecture, entries, metric },
    random: Random.fromSeed(context.seed),
  });
  const constraints = typedConstraints(options, architecture);
  const fault = constraints === undefined ? null : constraintFault(file.pattern, constraints);
  const kept =
    constraints === undefined ? {} : { constraints: { kept: fault === null, fault: fault?.message ?? null } };
  if (options.json) return printJson(context, { ...report, ...kept });
  context.print(scoreText(report, context.text).trimEnd());
  if (constraints !== undefined)
    context.print(`\nConstraints: ${fault === null ? 'kept' : `broken (${fault.message})`}.`);
}
