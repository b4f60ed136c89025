import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { ScattershotError, unwrap } from '../../../src/base/failure.ts';
import { readPatternFile } from '../../../src/pattern/formats/index.ts';
import type { ArrayChoice } from '../../../src/pattern/formats/named-arrays.ts';
import { patternFromTorch } from '../../../src/pattern/formats/torch.ts';
import { firstMaskPattern, maskFile, maskPath, maskPattern } from './mask-files.ts';
import { failureOf, refusalOf, testFolder } from './refusals.ts';

const pruned = { tensors: ['fc1.weight_mask', 'fc2.weight_mask'] };

test.each<[string, ArrayChoice]>([
  ['state.pt', pruned],
  ['state-1.13.pt', pruned],
  ['legacy-1.13.pt', pruned],
  ['protocol-4.pt', pruned],
  ['whole-model.pt', pruned],
  ['checkpoint.pth', { tensors: ['state_dict.fc1.weight_mask', 'state_dict.fc2.weight_mask'] }],
  ['named.pt', {}],
  ['float8.pt', {}],
  ['masks.safetensors', pruned],
])('%s holds the pattern', async (name, choice) => {
  const { pattern, order, weighted } = unwrap(await readPatternFile(maskPath(name), choice));
  expect({ pattern, order, weighted }).toEqual({ pattern: maskPattern(), order: 'right-left', weighted: undefined });
});

test('masks as Keras keeps kernels are read as such, by their sizes or as asked', async () => {
  const path = maskPath('list-transposed.pt');
  const found = unwrap(await readPatternFile(path, { tensors: ['0', '1'] }));
  expect(found).toMatchObject({ pattern: maskPattern(), order: 'left-right', orderFromSizes: true });
  const asked = unwrap(await readPatternFile(path, { tensors: ['0', '1'], transposed: true }));
  expect(asked).toMatchObject({ pattern: maskPattern(), order: 'left-right' });
  expect(asked.orderFromSizes).toBeUndefined();
  const refused = failureOf(await readPatternFile(path, { tensors: ['0', '1'], transposed: false }));
  expect(refused).toMatchObject({ reason: 'transposed', nextStep: 'Give --transposed.' });
});

test('a tensor that is all of a file needs no name', async () => {
  const { pattern, arrays } = unwrap(await readPatternFile(maskPath('one-bool.pt')));
  expect([pattern, arrays]).toEqual([firstMaskPattern(), ['tensor']]);
});

test.each<[string, string]>([
  ['state.pt', '--tensor fc1.weight_mask,fc2.weight_mask.'],
  ['checkpoint.pth', '--tensor state_dict.fc1.weight_mask,state_dict.fc2.weight_mask.'],
  ['whole-model.pt', '--tensor fc1.weight_mask,fc2.weight_mask.'],
  ['list-transposed.pt', '--tensor 0,1.'],
  ['script.pt', '--tensor 0.weight.'],
])('%s is asked about with a choice that would do', async (name, choice) => {
  const refused = failureOf(await readPatternFile(maskPath(name)));
  expect(refused).toMatchObject({ reason: 'unnamed-junctions', nextStep: expect.stringContaining(choice) });
});

test.each<[string, string, RegExp]>([
  ['complex.pt', 'unsupported-array', /items of the type ComplexFloatStorage/],
  ['expanded.pt', 'unsupported-array', /the same items again and again/],
  // half of its columns, which lie apart in memory: read as they are, and found to have no fixed degrees
  ['every-second-column.pt', 'faulty-pattern', /fan-in 0 to 4/],
])('%s is refused', async (name, reason, message) => {
  const refused = failureOf(await readPatternFile(maskPath(name)));
  expect(refused).toMatchObject({ reason, message: expect.stringMatching(message) });
});

test.each([
  ['sparse-coo.pt', 'tensor junction1 is sparse (torch.sparse_coo), and sparse tensors are not read'],
  ['sparse-csr.pt', 'its tensor is sparse (torch.sparse_csr), and sparse tensors are not read'],
])('%s, whose masks are sparse tensors, is refused with how to save them dense', async (name, message) => {
  const refused = failureOf(await readPatternFile(maskPath(name)));
  expect(refused).toMatchObject({ reason: 'unsupported-array', message: expect.stringContaining(message) });
  expect(refused.nextStep).toContain('mask1.to_dense()');
});

/** A checkpoint whose pickle is these bytes. */
const checkpoint = (pickle: readonly (string | number)[], storages: Record<string, Uint8Array> = {}) =>
  zipSync({
    'net/data.pkl': Buffer.concat(
      pickle.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))),
    ),
    ...Object.fromEntries(Object.entries(storages).map(([key, bytes]) => [`net/data/${key}`, bytes])),
  });

test('a call of a program is read as the name that it is, and never made', () => {
  const place = join(testFolder(), 'made');
  // os.system("touch …"): what a hostile checkpoint runs where Python loads it
  const command = `touch ${place}`;
  const call = ['cos\nsystem\n', 'X', command.length, 0, 0, 0, command, 0x85, 'R'];
  const refused = refusalOf(() => patternFromTorch(checkpoint([0x80, 2, ...call, '.'])));
  expect(refused.message).toContain('no tensor is found');
  expect(() => readFileSync(place)).toThrow(/ENOENT/);
});

const text = (value: string) => ['X', value.length, 0, 0, 0, value];
const storage = (type: string, key: string) => [
  '(',
  ...text('storage'),
  `ctorch\n${type}\n`,
  ...text(key),
  ...text('cpu'),
  'K',
  1,
  'tQ',
];
/** A tensor [rows, columns] from `offset` on, by its strides. */
const tensor = (shape: readonly number[], strides: readonly number[], offset: number, key = '0') => [
  ...['}', ...text('junction1'), 'ctorch._utils\n_rebuild_tensor_v2\n', '('],
  ...[...storage('ByteStorage', key), 'K', offset],
  ...['(', ...shape.flatMap((side) => ['K', side]), 't', '(', ...strides.flatMap((side) => ['K', side]), 't'],
  ...[0x89, 'NtRs'],
];

test.each<[string, readonly (string | number)[], string, RegExp]>([
  ['cut short', [0x80, 2, ...text('junction1')], 'not-a-pattern', /damaged pickle/],
  ['a text longer than the file', [0x80, 2, 'X', 255, 255, 255, 127, 'a.'], 'not-a-pattern', /damaged pickle/],
  ['nothing on the stack', [0x80, 2, 'R.'], 'not-a-pattern', /damaged pickle/],
  ['an opcode of protocol 0', [0x80, 2, 'I7\n.'], 'unsupported-array', /opcode 0x49/],
  ['steps without end', [0x80, 2, '0'.replace('0', 'N0'.repeat(2_000_001))], 'file-too-big', /more than 4000000 steps/],
  ['a tensor beyond its storage', [0x80, 2, ...tensor([4, 4], [4, 1], 1), '.'], 'not-a-pattern', /beyond the 16 bytes/],
  ['no such storage', [0x80, 2, ...tensor([4, 4], [4, 1], 0, '7'), '.'], 'not-a-pattern', /no member "net\/data\/7"/],
  ['no edges', [0x80, 2, ...tensor([4, 4], [4, 1], 0), '.'], 'faulty-pattern', /fan-in 0/],
])('%s is refused', (_, pickle, reason, message) => {
  const refused = refusalOf(() => patternFromTorch(checkpoint(pickle, { 0: new Uint8Array(16) })));
  expect(refused).toMatchObject({ reason, message: expect.stringMatching(message) });
});

test('a list that holds itself, and lists of lists in great number, are looked into once', () => {
  const itself = [0x80, 2, ']q', 0, 'h', 0, 'a.'];
  // [[…], […]] to a depth of 40, each list twice in the next: 2^40 ways down
  const doubled = [0x80, 2, ']', ...Array.from({ length: 40 }, (_, n) => ['q', n, ']h', n, 'ah', n, 'a']).flat(), '.'];
  for (const pickle of [itself, doubled]) {
    expect(refusalOf(() => patternFromTorch(checkpoint(pickle))).message).toContain('no tensor is found');
  }
});

test('a name made of lists of lists is refused, not written out', () => {
  const doubled = [0x80, 4, ']', ...Array.from({ length: 60 }, (_, n) => ['q', n, '0]h', n, 'ah', n, 'a']).flat()];
  const refused = refusalOf(() => patternFromTorch(checkpoint([...doubled, ...text('name'), 0x93, '.'])));
  expect(refused.message).toContain('damaged pickle');
});

test('calls in one another without end are no tensor', () => {
  const callee = ['ctorch._utils\n_rebuild_parameter\nq', 0, '0'];
  const calls = 50_000;
  const nested = [0x80, 2, ...callee, 'h\0'.repeat(calls), 'N'];
  const wraps = Array.from({ length: calls }, () => [0x85, 'R']).flat();
  const refused = refusalOf(() => patternFromTorch(checkpoint([...nested, ...wraps, '.'])));
  expect(refused.message).toContain('no tensor is found');
});

test('names beyond any model’s are refused, and a choice of very many tensors is not advised', () => {
  const [, , , , , , , ...rebuild] = tensor([4, 4], [4, 1], 0);
  const shared = [0x80, 2, ...rebuild.slice(0, -2), 'tRq', 0, '0'];
  const listed = [...shared, '](', 'h\0'.repeat(2000), 'e'];
  const storages = { 0: new Uint8Array(16) };
  const advised = refusalOf(() => patternFromTorch(checkpoint([...listed, '.'], storages)));
  expect(advised).toMatchObject({
    reason: 'unnamed-junctions',
    nextStep: expect.stringContaining('--tensor NAME,NAME'),
  });
  // under 20 keys of 200 characters: 8 million characters of names in a file of 10 thousand bytes
  const nested = Array.from({ length: 20 }, () => ['q', 1, '0}', ...text('k'.repeat(200)), 'h', 1, 's']).flat();
  const refused = refusalOf(() => patternFromTorch(checkpoint([...listed, ...nested, '.'], storages)));
  expect(refused).toMatchObject({ reason: 'file-too-big', message: expect.stringContaining('names of more than') });
});

test('a checkpoint cut short or with any byte changed is refused or gives a pattern, and never breaks', () => {
  const outcomes = { refused: 0, read: 0 };
  const attempt = (bytes: Uint8Array) => {
    try {
      patternFromTorch(bytes, pruned);
      outcomes.read++;
    } catch (error) {
      if (!(error instanceof ScattershotError)) throw error;
      outcomes.refused++;
    }
  };
  const legacy = maskFile('legacy-1.13.pt');
  for (let n = 0; n < legacy.length; n += 3) attempt(legacy.subarray(0, n));
  expect(outcomes.read).toBe(0);
  for (let n = 0; n < legacy.length; n += 3) {
    const changed = Buffer.from(legacy);
    changed[n] ^= 0x55;
    attempt(changed);
  }
  const zip = maskFile('state.pt');
  const whole = { refused: outcomes.refused, read: outcomes.read };
  for (let n = 0; n < zip.length; n += 7) attempt(zip.subarray(0, n));
  expect(outcomes.read).toBe(whole.read);
});

const interpreters = (process.env.SCATTERSHOT_TORCH_PYTHON ?? '').split(delimiter).filter((path) => path !== '');

test.each(interpreters)('what %s saves today is read', { timeout: 120_000 }, async (python) => {
  const folder = join(testFolder(), 'saved');
  mkdirSync(folder);
  const script = `
import sys, torch
from torch.nn.utils import prune
exec(open(sys.argv[1]).read().split("first, second")[0].replace("import scipy.sparse", ""))
first, second = mask(32, 16, 4, 3), mask(4, 32, 8, 7)
net = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.ReLU(), torch.nn.Linear(32, 4))
prune.custom_from_mask(net[0], "weight", first)
prune.custom_from_mask(net[2], "weight", second)
torch.save(net.state_dict(), folder + "/saved.pt")
`;
  writeFileSync(join(folder, 'save.py'), script.replace('sys.argv[1]', JSON.stringify(maskPath('make-masks.py'))));
  execFileSync(python, ['-W', 'ignore', join(folder, 'save.py'), folder]);
  const choice = { tensors: ['0.weight_mask', '2.weight_mask'] };
  expect(unwrap(await readPatternFile(join(folder, 'saved.pt'), choice)).pattern).toEqual(maskPattern());
});
