import { expect, test } from 'vitest';
import { runInProcess } from './in-process.ts';
import { inFolder, runProgram } from './program.ts';

async function planned(...args: string[]) {
  return inFolder(async (home) => {
    const run = await runInProcess(['plan', ...args, '--json'], home);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(run.stdout);
  });
}

test('plan lists what each junction can have, exact and balanced, and what a choice saves', async () => {
  const plan = await planned('--net', 'mnist-conv');
  expect(plan).toMatchObject({
    ...{ weights: 58016, denseWeights: 2466464, overallDensity: 58016 / 2466464, allocation: null },
    chosen: {
      ...{ fanOuts: [16, 10], fanIns: [64, 784], front: 'mnist-conv', connectedLayers: 2, totalLayers: 6 },
      parameters: { dense: 2466464 + 52096, sparse: 58016 + 52096 },
    },
  });
  // "Only 4.37 % of the original" (section 2.2.2)
  expect(1 - plan.chosen.parameters.reduction).toBeCloseTo(0.0437, 4);
  expect(plan.junctions[1]).toEqual({
    ...{ left: 784, right: 10, feasibleCount: 2, balanced: { leastFanIn: 79, mostFanIn: 784 } },
    feasible: [
      { fanOut: 5, fanIn: 392, density: 0.5 },
      { fanOut: 10, fanIn: 784, density: 1 },
    ],
  });
});

test('plan without degrees chooses nothing, and with balanced ones lists every fan-in', async () => {
  const plan = await planned('--layers', '784,300');
  expect(plan).toMatchObject({ chosen: null, overallDensity: null, weights: null, denseWeights: 235200 });
  expect(plan.junctions[0].feasible.map(({ fanOut }: { fanOut: number }) => fanOut)).toEqual([75, 150, 225, 300]);
  const balanced = await planned('--layers', '784,300', '--density', '10%', '--degrees', 'balanced');
  expect(balanced.junctions[0].feasible).toHaveLength(782);
  expect(balanced.chosen.fanIns).toEqual([78]);
});

test('plan spreads an overall density: equal where nothing else is said, as recommended with --allocate', async () => {
  const equal = await planned('--net', 'morse', '--density', '50%');
  expect(equal.chosen.fanOuts).toEqual([512, 32]);
  const { allocations, recommended, reason } = equal.allocation;
  expect(allocations[recommended].fanOuts).toEqual([256, 48]);
  expect(reason).toContain('section 2.4');
  const allocated = await planned('--net', 'morse', '--density', '50%', '--allocate');
  expect(allocated.chosen.fanOuts).toEqual([256, 48]);
  // Not feasible as one density for all, yet as an overall one.
  expect((await planned('--layers', '4096,512,16', '--density', '0.22%')).chosen.fanOuts).toEqual([1, 1]);
});

test('plan refuses what it cannot spread, and a front that does not fit', async () => {
  await inFolder(async (home) => {
    const none = await runInProcess(['plan', '--net', 'morse', '--allocate'], home);
    expect(none).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--density 12.5% --allocate') });
    const front = await runInProcess(['plan', '--layers', '64,32', '--front', 'cifar-conv'], home);
    expect(front).toMatchObject({ code: 2, stderr: expect.stringContaining('4096') });
    const sparse = await runInProcess(['plan', '--layers', '4096,512,16', '--density', '0.1%'], home);
    expect(sparse).toMatchObject({ code: 2, stderr: expect.stringContaining('0.2189 %') });
  });
});

test('the text of a plan has a line a junction, the saving and the recommended allocation', async () => {
  await inFolder(async (home) => {
    const { stdout } = await runInProcess(['plan', '--net', 'morse', '--density', '25%'], home);
    expect(stdout).toContain('Junction 1, 64 to 1024 neurons: fan-out 16 (1.56 %), 32 (3.13 %)');
    expect(stdout).toContain('32768 of 131072 weights: 25 % dense, 4.0 times fewer');
    expect(stdout).toContain('Recommended: 128,24');
  });
});

test('search --allocate makes a study an allocation and lists them side by side', async () => {
  await inFolder(async (cwd) => {
    const args = ['search', '--layers', '16,32,16', '--density', '50%', '--allocate', '3', '--budget', '8'];
    const run = await runProgram([...args, '--name', 'spread', '--json', '--strategy', 'uniform-random'], { cwd });
    expect(run.code).toBe(0);
    const report = JSON.parse(run.stdout);
    expect(report.allocations.map(({ study }: { study: string }) => study)).toEqual([
      'spread-1',
      'spread-2',
      'spread-3',
    ]);
    expect(report.comparison).toContain('within equal degrees only');
    const recommended = report.allocations.filter((each: { recommended: boolean }) => each.recommended);
    expect(recommended).toMatchObject([{ fanOuts: [8, 12], densities: [0.25, 0.75], overallDensity: 0.5 }]);
    for (const { fanOuts, best, evaluated } of report.allocations) {
      expect(evaluated).toBe(8);
      expect(best.scatter).toBeGreaterThan(0);
      expect(16 * fanOuts[0] + 32 * fanOuts[1]).toBe(512);
    }
    const studies = JSON.parse((await runProgram(['studies', 'list', '--json'], { cwd })).stdout);
    expect(studies.map(({ status }: { status: string }) => status)).toEqual(['finished', 'finished', 'finished']);
  });
});

test('search --allocate wants one density, and no study to resume', async () => {
  await inFolder(async (home) => {
    const fanOut = await runInProcess(['search', '--net', 'morse', '--allocate'], home);
    expect(fanOut).toMatchObject({ code: 2, stderr: expect.stringContaining('--density 12.5% --allocate') });
    const resumed = await runInProcess(['search', '--resume', 'morse-1', '--density', '50%', '--allocate'], home);
    expect(resumed).toMatchObject({ code: 2, stderr: expect.stringContaining('--resume') });
  });
});
