import { describe, expect, test } from 'vitest';
import { unwrap } from '../../../../src/base/failure.ts';
import { trainingSettings } from '../../../../src/training/settings.ts';
import { createTfjsTrainer } from '../../../../src/training/tfjs/index.ts';
import { someDataset, someJob } from '../../samples.ts';
import { programConformance } from './program-conformance.ts';
import { ProgramHost, type Told } from './program-host.ts';
import { torchPythons } from './torch-pythons.ts';

const program = 'src/training/command/programs/trainer.py';
const onCpu = (python: string, ...options: string[]) => [
  python,
  program,
  '--device',
  'cpu',
  '--threads',
  '1',
  ...options,
];
const dataset = someDataset({ features: 8, classes: 4, examples: { train: 120, validation: 40, test: 40 } });
const settings = trainingSettings({ epochs: 3, batchSize: 32, learningRate: 0.01, l2: 0.001 });
const sizes = { layers: [8, 24, 4], fanOuts: [6, 2] };

const lossesOf = (told: readonly Told[]) => told.flatMap(({ type, loss }) => (type === 'epoch' ? [loss!] : []));

if (torchPythons.length === 0) {
  test.skip('trainer.py: set SCATTERSHOT_TORCH_PYTHON to a Python that has PyTorch', () => {});
}

for (const python of torchPythons) {
  programConformance(`trainer.py by ${python}`, onCpu(python));

  describe(`trainer.py by ${python}`, () => {
    test('trains a population to the losses of its candidates one by one, within 1e-6', async () => {
      const jobs = Array.from({ length: 7 }, (_, seed) => someJob({ ...sizes, id: `job ${seed}`, seed }));
      const losses = async (concurrent: number) => {
        const host = new ProgramHost(onCpu(python, '--concurrent', String(concurrent)));
        expect(await host.hello()).toMatchObject({ concurrent, together: true });
        host.data(dataset);
        const told = await host.train(jobs, dataset, settings);
        expect(await host.end()).toBe(0);
        return jobs.map(({ id }) => lossesOf(told.get(id)!));
      };
      const together = await losses(7);
      const oneByOne = await losses(1);
      expect(together.flat()).toHaveLength(21);
      for (const [at, loss] of together.flat().entries())
        expect(Math.abs(loss - oneByOne.flat()[at])).toBeLessThan(1e-6);
      expect(new Set(together.map((own) => own[0])).size).toBe(7);
    });

    test.each([
      ['mnist-conv', { features: 784, layers: [3136, 16, 4], fanOuts: [1, 4] }],
      ['cifar-conv', { features: 3072, layers: [4096, 16, 4], fanOuts: [1, 4] }],
    ] as const)('gives the losses of TF.js with the front %s', async (front, { features, ...net }) => {
      const images = someDataset({ features, classes: 4, examples: { train: 8, validation: 4, test: 4 } });
      // Adam's first steps have the size of the rate whatever the gradient: rounding alone would turn those near 0 around.
      const own = trainingSettings({ epochs: 2, batchSize: 4, front, l2: 1e-4, optimizer: 'sgd', learningRate: 0.01 });
      const job = someJob({ layers: [...net.layers], fanOuts: [...net.fanOuts], id: front });
      const tfjs = unwrap(await createTfjsTrainer({ backend: 'wasm', threads: 1 }));
      const expected: number[] = [];
      for await (const event of tfjs.train([job], images, own, new AbortController().signal)) {
        if (event.kind === 'epoch') expected.push(event.loss);
      }
      await tfjs.close();
      const host = new ProgramHost(onCpu(python));
      await host.hello();
      host.data(images);
      const told = lossesOf((await host.train([job], images, own, true)).get(front)!);
      expect(await host.end()).toBe(0);
      expect(expected).toHaveLength(2);
      for (const [at, loss] of told.entries()) expect(Math.abs(loss - expected[at])).toBeLessThan(1e-4);
    });

    test('ends at once when it is told to, and leaves it to the system to take PyTorch apart', async () => {
      // What Python does when it ends by itself comes after this.
      const last = 'import atexit, sys; atexit.register(lambda: print("taken apart", file=sys.stderr, flush=True))';
      const run = `import runpy; sys.argv = ["trainer.py", "--device", "cpu"]; runpy.run_path("${program}", run_name="__main__")`;
      const host = new ProgramHost([python, '-c', `${last}; ${run}`]);
      await host.hello();
      expect(await host.end()).toBe(0);
      expect(host.stderr).not.toContain('taken apart');
    });

    test('goes on with smaller populations where memory runs out, and tells no epoch twice', async () => {
      // A step of more than two networks at once fails as PyTorch does, in the second epoch.
      const patch = [
        'import runpy, sys, torch',
        `module = runpy.run_path("${program}")`,
        'step = module["Population"].step',
        'def limited(self):',
        '    if self.count > 2 and self.steps >= 5: raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")',
        '    step(self)',
        'module["Population"].step = limited',
        'sys.argv = ["trainer.py", "--device", "cpu", "--threads", "1", "--concurrent", "5"]',
        'module["main"]()',
      ].join('\n');
      const host = new ProgramHost([python, '-c', patch]);
      await host.hello();
      host.data(dataset);
      const jobs = Array.from({ length: 5 }, (_, seed) => someJob({ ...sizes, id: `job ${seed}`, seed }));
      const told = await host.train(jobs, dataset, settings);
      for (const { id } of jobs) {
        expect(told.get(id)!.map(({ type, epoch }) => epoch ?? type)).toEqual(['started', 1, 2, 3, 'result']);
        expect(told.get(id)!.at(-1)).toMatchObject({ status: 'finished' });
      }
      expect(host.stderr).toMatch(/5 candidates at once take more memory than there is; going on with 3/);
      expect(await host.end()).toBe(0);
    });
  });
}
