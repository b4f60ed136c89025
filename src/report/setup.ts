import type { SetupResult } from '../training/tfjs/setup/index.ts';
import { paragraph, type TextOptions } from './format.ts';

/** What was made, what it runs on, and how to use it. */
export function setupText(result: SetupResult, options: TextOptions): string {
  const { tensorflow, wheel, python, folder, gpu, device, detail, tried } = result;
  const from =
    wheel === 'installed' ? `the TensorFlow ${tensorflow} of ${python}` : `TensorFlow ${tensorflow} (${wheel})`;
  const runs = gpu ? `on ${device ?? 'a GPU'}` : `on the processor (${detail ?? 'no GPU'})`;
  return [
    ...paragraph(`The backend tensorflow works ${runs}, with ${from}, in ${folder}.`, options),
    ...(tried
      ? []
      : paragraph(
          'This version of TensorFlow was never tried with this package; a product and a training step were right.',
          options,
        )),
    ...paragraph(
      'Networks with convolutional layers now train on it; --backend tensorflow asks for it by name. Undo it with: scattershot setup tensorflow --remove',
      options,
    ),
    '',
  ].join('\n');
}
