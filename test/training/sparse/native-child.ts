import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { unwrap } from '../../../src/base/failure.ts';
import { emptySplit } from '../../../src/training/datasets/dataset.ts';
import { loadKernels, type NativeName } from '../../../src/training/sparse/native-kernels.ts';
import type { Passes } from '../../../src/training/sparse/passes.ts';
import { openPasses } from '../../../src/training/sparse/thread-passes.ts';
import { kernelChoices, optimizerSettings, randomNets, trainedBy } from './random-nets.ts';

// Trains random nets by the kernels of one binary, and by WebAssembly's; what a checked build finds ends this process.
// usage: native-child.ts BINARY RUNS; native-child.ts BINARY outside: with an edge that leads out of the network; or
// native-child.ts BINARY outlived: a network whose inputs were those of one that is gone
const [, , binary, runs] = process.argv;
const addon = unwrap(loadKernels(binary));
const [oracle] = kernelChoices;
const open = (sharing: Passes | null = null) => {
  const name = addon.kernels().find((each) => addon.supported(each)) as NativeName;
  const sizes = { layers: [4, 6, 3], fanOuts: [3, 2], usedOutputs: 3, features: 4, batch: 5000 };
  return openPasses(sizes, false, { name, why: '', addon }, sharing);
};
if (runs === 'outlived') {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const outlived = open(open());
  for (let turn = 0; turn < 5; turn++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.stdout.write(`${outlived.countCorrect(emptySplit(5000, 4), 0, 5000)} of 5000\n`);
  process.exit(0);
}
if (runs === 'outside') {
  const passes = open();
  const [{ forward, input }] = passes.layout.junctions;
  passes.words.fill(input.address, forward.sources / 4, forward.sources / 4 + 12);
  for (let row = 0; row < 6; row++) passes.words[forward.ends / 4 + row] = 8 * (row + 1);
  passes.words[forward.sources / 4 + 7] = passes.layout.inputBytes!;
  passes.countCorrect(emptySplit(16, 4), 0, 16);
}
let trained = 0;
for (const name of addon.kernels() as NativeName[]) {
  if (!addon.supported(name)) continue;
  const property = fc.property(randomNets, fc.nat(optimizerSettings.length - 1), (item, which) => {
    const [, change] = optimizerSettings[which];
    const got = trainedBy({ name, why: 'a test', addon }, item, change);
    trained++;
    return got.state === trainedBy(oracle, item, change).state;
  });
  fc.assert(property, { numRuns: Number(runs) });
}
process.stdout.write(`${trained} nets\n`);
