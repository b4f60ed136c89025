import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { npyFile } from '../pattern/formats/npy-file.ts';
import { inFolder, runProgram } from './program.ts';

/** Files as people have them: rebuilt from public reports of faults. The names say the case. */
const field = (name: string) => fileURLToPath(new URL(`../fixtures/field/${name}`, import.meta.url));

const score = (...args: readonly string[]) =>
  runProgram(['score', ...args], { cwd: fileURLToPath(new URL('.', import.meta.url)) });

test.each<[string, readonly RegExp[]]>([
  ['k2-from-zero.npz', [/junction0 \[32, 16\]/, /--tensor junction0,junction1\b/]],
  ['k2-from-zero-three-layers.npz', [/junction0 \[32, 16\]/, /--tensor junction0,junction1,junction2/]],
  ['k2-capital.npz', [/Junction2 \[8, 32\]/, /--tensor junction1,Junction2/]],
  ['k2-underscore.npz', [/junction_2 \[8, 32\]/, /--tensor junction1,junction_2/]],
  ['k3-all-nan.npy', [/junction 1, right neuron 0, left neuron 0 is NaN/]],
  ['k3-inf-on-edges.npy', [/junction 1, right neuron 0, left neuron 6 is infinite/]],
  ['k3-mask-times-inf.npy', [/junction 1, right neuron 0, left neuron 0 is NaN/]],
  ['k10-adjmat.npz', [/adjmat01, adjmat12/, /--tensor adjmat01,adjmat12/]],
  ['k10-arr.npz', [/arr_0, arr_1/, /--tensor arr_0,arr_1/]],
  ['k10-checkpoint.pt', [/it is a PyTorch checkpoint/, /numpy\.savez/]],
  ['k10-data.csv', [/it is a table of text \(CSV\)/, /numpy\.loadtxt/]],
  ['k10-prune-state-dict.npz', [/torch\.nn\.utils\.prune/, /--tensor 0\.weight_mask,2\.weight_mask/]],
  [
    'k10-unstructured.npz',
    [/fan-in 0 to 8 \(median \d, half of the neurons \d to \d\), fan-out 4 to 15 \(/, /fixed degrees/],
  ],
])('%s is refused, told for what it is and what to do', async (name, parts) => {
  const run = await score(field(name));
  expect([run.code, run.stdout]).toEqual([1, '']);
  for (const part of parts) expect(run.stderr).toMatch(part);
});

test.each<[string, readonly string[], object]>([
  [
    'ok-16-32-8.npz',
    [],
    { layers: [16, 32, 8], fanOuts: [4, 2], fanIns: [2, 8], density: 384 / 2304, scatter: 0.6875 },
  ],
  ['k2-must-stay-right-bias.npz', [], { layers: [16, 32, 8], scatter: 0.6875 }],
  ['k2-from-zero.npz', ['--tensor', 'junction0,junction1'], { layers: [16, 32, 8] }],
  ['k2-underscore.npz', ['--tensor', 'junction1,junction_2'], { layers: [16, 32, 8] }],
  ['k4-keras-two-layers.npz', [], { layers: [16, 32, 8], order: 'left-right', orderFromSizes: true }],
  ['k4-keras-two-layers.npz', ['--transposed'], { layers: [16, 32, 8], order: 'left-right' }],
  ['k4-keras-kernel.npy', ['--transposed'], { layers: [40, 20] }],
  ['k4-plus-minus-one.npy', [], { layers: [16, 32], density: 1, certificate: null, weighted: [1] }],
  ['k9-python2-long-shape.npy', [], { layers: [16, 32], scatter: 0.75 }],
  ['k10-arr.npz', ['--tensor', 'arr_0,arr_1'], { layers: [16, 32, 8], arrays: ['arr_0', 'arr_1'] }],
  ['k10-prune-state-dict.npz', ['--tensor', '0.weight_mask,2.weight_mask'], { layers: [16, 32, 8], weighted: [] }],
])('%s %j is read as what it is', async (name, args, expected) => {
  const run = await score(field(name), ...args, '--json');
  expect([run.code, run.stderr]).toEqual([0, '']);
  expect(JSON.parse(run.stdout)).toMatchObject(expected);
});

test('a lone Keras kernel and values other than 0 and 1 are told in words', async () => {
  expect((await score(field('k4-keras-kernel.npy'))).stdout).toContain('--transposed reads [left, right]');
  const { stdout } = await score(field('k4-plus-minus-one.npy'));
  expect(stdout).toContain('Junction 1 is complete');
  expect(stdout).toContain('Junction 1 has values other than 0 and 1');
  expect(stdout).not.toContain('Certified');
});

test('a windows file reads the same with a byte-order mark', async () => {
  const pattern = field('ok-16-32-8.npz');
  const [bom, plain] = await Promise.all(
    ['k9-windows-bom.json', 'k9-windows-no-bom.json'].map((name) => score(pattern, '--windows', field(name), '--json')),
  );
  expect(bom.code).toBe(0);
  expect(JSON.parse(bom.stdout)).toEqual(JSON.parse(plain.stdout));
});

const npy = (rows: number, columns: number) =>
  npyFile(
    '|u1',
    `(${rows}, ${columns})`,
    Uint8Array.from({ length: rows * columns }, (_, n) => Number(n % columns === 0 || n % columns === 1)),
  );

test('other kinds of files are told for what they are, whatever their ending', async () => {
  await inFolder(async (cwd) => {
    const files: readonly (readonly [string, Buffer | Uint8Array, RegExp])[] = [
      [
        'lfs.npz',
        Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
        /Git LFS pointer/,
      ],
      ['a.mat', Buffer.from('MATLAB 5.0 MAT-file, Platform: GLNXA64'), /a MATLAB file/],
      ['b.h5', Buffer.from('\x89HDF\r\n\x1a\n\0\0\0', 'latin1'), /an HDF5 file/],
      ['c.pkl', Buffer.from([0x80, 4, 0x95, 10, 0, 0, 0, 1, 0, 0]), /a Python pickle/],
      ['d.npz', Buffer.from('<!DOCTYPE html><html>'), /a web page/],
      ['e.npz', Buffer.alloc(0), /it is empty/],
      ['f.npz', zipSync({}), /no array junction1 \(arrays: none\)/],
      ['g.npz', zipSync({ 'junction1.npy': npy(4, 2), 'inner.npz': zipSync({}) }), /another archive, inner\.npz/],
      ['h.npz', zipSync({ 'masks/W1.npy': npy(4, 2) }), /--tensor masks\/W1/],
    ];
    for (const [name, content, part] of files) {
      writeFileSync(join(cwd, name), content);
      const run = await runProgram(['score', name], { cwd });
      expect([name, run.code, run.stdout]).toEqual([name, 1, '']);
      expect(run.stderr).toMatch(part);
    }
  });
});

test('devices are refused at once, and a bomb before it is unpacked', async () => {
  for (const device of ['/dev/zero', '/dev/urandom']) {
    const run = await score(device);
    expect([run.code, run.stderr]).toEqual([1, expect.stringMatching(/it is a device/)]);
  }
  await inFolder(async (cwd) => {
    const zeros = npyFile('|u1', '(20000, 10000)', new Uint8Array(200_000_000));
    writeFileSync(join(cwd, 'bomb.npz'), zipSync({ 'junction1.npy': zeros }));
    const run = await runProgram(['score', 'bomb.npz'], { cwd });
    expect([run.code, run.stderr]).toEqual([1, expect.stringMatching(/more than 500 times/)]);
  });
});

test('a pattern comes through a pipe', async () => {
  await inFolder(async (cwd) => {
    copyFileSync(field('ok-16-32-8.npz'), join(cwd, 'ok.npz'));
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    const [run] = await Promise.all([
      runProgram(['score', 'pipe', '--json'], {
        cwd,
        onStart: () => execFileSync('sh', ['-c', 'cat ok.npz > pipe &'], { cwd, stdio: 'ignore' }),
      }),
    ]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout).layers).toEqual([16, 32, 8]);
  });
});

test('what export writes scores the same from its own file, and options come first', async () => {
  await inFolder(async (cwd) => {
    const search = [
      'search',
      '--layers',
      '64,32,16',
      '--fan-out',
      '4,2',
      '--shapes',
      '8x8,32,4x4',
      '--used-outputs',
      '10',
    ];
    const found = await runProgram([...search, '--metric', 'fair-share', '--spans', 'all', '--budget', '8', '--json'], {
      cwd,
    });
    const { scatter } = JSON.parse(found.stdout).best;
    for (const ending of ['json', 'npz', 'safetensors']) {
      await runProgram(['export', 'best', '--output', `best.${ending}`], { cwd });
      const run = await runProgram(['score', `best.${ending}`, '--json'], { cwd });
      const report = JSON.parse(run.stdout);
      expect([ending, report.scatter, report.metric]).toEqual([ending, scatter, 'fair-share']);
      const context = { shapes: [[8, 8], [32], [4, 4]], usedOutputs: 10, metric: 'fair-share' };
      expect(report.context).toMatchObject(context);
      expect(report.fromFile).toEqual(expect.arrayContaining(Object.keys(context)));
      const given = await runProgram(['score', `best.${ending}`, '--metric', 'indicator', '--json'], { cwd });
      expect(JSON.parse(given.stdout).metric).toBe('indicator');
    }
    const csv = await runProgram(['export', 'best', '--output', 'best.csv'], { cwd });
    expect(csv.stderr).toContain('lists edges alone: shapes, usedOutputs, metric');
  });
});
