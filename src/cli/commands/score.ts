import { Command } from 'commander';
import { addScatterOptions } from '../architecture-options.ts';
import { addConstraintOptions } from '../constraint-options.ts';
import { lazily } from '../lazily.ts';
import { addPatternOptions } from '../pattern-options.ts';

export function scoreCommand(): Command {
  const command = new Command('score').argument('<file>', 'the pattern file');
  return addConstraintOptions(addScatterOptions(addPatternOptions(command)))
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot score pattern.json\n  scattershot score masks.npz --metric fair-share --used-outputs 10\n  scattershot score weights.safetensors --tensor fc1.weight_mask,fc2.weight_mask\n  scattershot score pattern.json --windows windows.json --json\n  scattershot score pattern.json --parallelism 16 --distinct',
    )
    .action(lazily(async () => (await import('../actions/score.ts')).scoreAction));
}
