import { type Command, InvalidArgumentError, Option } from 'commander';

/** What a user typed to say which arrays of a file are a pattern. */
export interface PatternOptions {
  readonly tensor?: readonly string[];
  readonly transposed?: boolean;
}

function arrayNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === '')) {
    throw new InvalidArgumentError(
      'Expected names of arrays separated by commas, such as fc1.weight_mask,fc2.weight_mask.',
    );
  }
  return names;
}

export function addPatternOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--tensor <names>',
        'arrays of an .npz, .safetensors or .pt that are the junctions, in their order: fc1.weight_mask,fc2.weight_mask (default: junction1,junction2,…)',
      ).argParser(arrayNames),
    )
    .option(
      '--transposed',
      'arrays are [left, right], as Keras keeps kernels (default: [right, left], as PyTorch keeps weights, unless several fit together only transposed)',
    );
}
