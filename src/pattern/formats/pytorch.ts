import { readFileSync } from 'node:fs';
import { shortPercent } from '../../base/number-text.ts';
import { junctionSizes, overallDensity } from '../architecture.ts';
import { fingerprint } from '../pattern.ts';
import type { PatternFile } from './pattern-file.ts';

/** The module as it stands, except for the docstring that says which pattern it is for. */
const TEMPLATE = new URL('./pattern_module.py', import.meta.url);
const DOCSTRING_PLACE = '#DOCSTRING#';

/** What network the file is for: numbers alone, so that nothing in it needs quoting for Python. */
function docstring({ pattern }: PatternFile): string {
  const { layers, context = {} } = pattern;
  const sizes = junctionSizes(pattern);
  const list = (of: (size: (typeof sizes)[number]) => number) =>
    sizes.map((size) => Number(of(size).toFixed(2))).join(', ');
  const { usedInputs, usedOutputs } = context;
  const padding = [
    ...(usedInputs === undefined ? [] : [`The first ${usedInputs} of ${layers[0]} inputs are used: pad with zeros.`]),
    ...(usedOutputs === undefined
      ? []
      : [`The first ${usedOutputs} of ${layers[layers.length - 1]} outputs are used.`]),
  ];
  return `"""A network over a fixed pattern of connections, for PyTorch 1.13 and later. Written by Scattershot.

Layers ${layers.join('-')}, fan-out ${list(({ fanOut }) => fanOut)}, fan-in ${list(({ fanIn }) => fanIn)}, density ${shortPercent(overallDensity(pattern), 4)}.
${padding.map((line) => `${line}\n`).join('')}Pattern ${fingerprint(pattern)}

network() is the whole of it; PatternLinear(mask) is a layer over any mask of constant fan-in, in the place of a torch.nn.Linear. The
edges are read from the .npz of the same name beside this file. Needs torch and nothing else.
"""`;
}

/** A Python module with `PatternLinear` and `network()`; the masks that it reads are the .npz beside it. */
export function* pytorchChunks(file: PatternFile): Generator<string> {
  yield readFileSync(TEMPLATE, 'utf8').replace(DOCSTRING_PLACE, () => docstring(file));
}
