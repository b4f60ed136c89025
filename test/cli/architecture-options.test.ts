import { expect, test } from 'vitest';
import { architectureFrom } from '../../src/cli/architecture-options.ts';

test('the command that a refusal of degrees advises has the shapes and padding that were asked for', () => {
  const asked = { layers: [784, 10, 10], density: [0.1, 0.001], usedOutputs: 9 };
  const refused = () => architectureFrom({ ...asked, shapes: [[28, 28], [10], [10]] });
  expect(refused).toThrow(
    expect.objectContaining({
      nextStep: expect.stringContaining(
        'scattershot search --layers 784,10,10 --shapes 28x28,10,10 --used-outputs 9 --fan-in ',
      ),
    }),
  );
});
