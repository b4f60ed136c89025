import { Command } from 'commander';
import { addScatterOptions } from '../architecture-options.ts';
import { lazily } from '../lazily.ts';
import { addPatternOptions } from '../pattern-options.ts';
import { addTrainingOptions } from '../training-options.ts';

export function trainCommand(): Command {
  const command = new Command('train')

    .argument(
      '<file-or-study>',
      'a pattern file, or a study; a candidate alone means the newest study, a study alone its best candidate',
    )
    .argument('[candidate]', 'number, or start of the fingerprint');
  return addScatterOptions(addPatternOptions(addTrainingOptions(command)))
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot train pattern.npz --data morse --epochs 12 --seeds 3\n  scattershot train morse-1 17 --seeds 5\n  scattershot train 17 --data morse:noise=1 --backend wasm',
    )
    .action(lazily(async () => (await import('../actions/train.ts')).trainAction));
}
