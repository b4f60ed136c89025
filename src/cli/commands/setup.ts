import { Command, InvalidArgumentError, Option } from 'commander';
import { lazily } from '../lazily.ts';

function programPath(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Expected the path of a Python.');
  return text;
}

export function setupCommand(): Command {
  const setup = new Command('setup').addHelpText('after', '\nExample:\n  scattershot setup tensorflow');
  setup
    .command('tensorflow')
    .description(
      'builds @tensorflow/tfjs-node-gpu against TensorFlow from a Python wheel, in a folder of your own, and tries it; nothing goes into your Python',
    )
    .addOption(
      new Option(
        '--python <path>',
        'a Python that has TensorFlow, or to make a virtual environment with (default: python3)',
      ).argParser(programPath),
    )
    .option('--venv', 'make a virtual environment although a TensorFlow is installed')
    .option('--cuda', 'with CUDA (default: where an NVIDIA driver is found); --no-cuda: without')
    .option('--no-cuda')
    .option('--remove', 'take away what the setup made')
    .option('--verbose', 'every line of pip, npm and the compiler')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot setup tensorflow\n  scattershot setup tensorflow --python ~/venv/bin/python\n  scattershot setup tensorflow --remove\n\nNeeds Python 3.10 or newer, a C++ compiler, make and 2 GB. Interrupted, it keeps what is there and goes on the next time.',
    )
    .action(lazily(async () => (await import('../actions/setup.ts')).tensorflowAction));
  return setup;
}
