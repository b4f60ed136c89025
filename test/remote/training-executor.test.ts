import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { failure, success, unwrap } from '../../src/base/failure.ts';
import { version } from '../../src/base/version.ts';
import { packPattern } from '../../src/pattern/formats/packed.ts';
import type { OpenTools, SessionJob } from '../../src/queue/executor.ts';
import { blobDigest } from '../../src/queue/pieces.ts';
import type { BlobReference, StudyNotice } from '../../src/queue/wire.ts';
import { describeData, partsOf } from '../../src/remote/offered-data.ts';
import { packWeights } from '../../src/remote/packed-training.ts';
import { type TrainingExecutor, trainingExecutor } from '../../src/remote/training-executor.ts';
import { identityOf, mutable, type TrainingNeeds } from '../../src/remote/training-wire.ts';
import type { Dataset } from '../../src/training/datasets/dataset.ts';
import { findDataset } from '../../src/training/datasets/index.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { startWeights } from '../../src/training/weights.ts';
import { someDataset, someJob, somePattern } from '../training/samples.ts';

const folders: string[] = [];
const executors: TrainingExecutor[] = [];
afterEach(async () => {
  for (const executor of executors.splice(0)) await executor.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-executor-'));
  folders.push(folder);
  return folder;
}

function newExecutor(cacheFolder: string) {
  const notes: string[] = [];
  const executor = trainingExecutor({ cacheFolder, threads: 1, onNote: (note) => notes.push(note) });
  executors.push(executor);
  return { executor, notes };
}

const settings = trainingSettings({ epochs: 2, batchSize: 32, learningRate: 0.01 });
const small = someDataset({ features: 8, classes: 4, examples: { train: 120, validation: 40, test: 40 } });
const sizes = { layers: [8, 24, 4], fanOuts: [6, 2] };

async function noticeFor(dataset: Dataset, change: (needs: TrainingNeeds) => unknown = (needs) => needs) {
  const layers = [dataset.features, 24, dataset.classes];
  const { architecture } = someJob({ layers, fanOuts: [24, dataset.classes] });
  const needs: TrainingNeeds = {
    identity: identityOf({ engine: 'sparse', backend: 'wasm', device: '' }),
    ...{ fastMath: false, front: null, batchSize: 32, architecture: mutable(architecture) },
    data: await describeData(dataset),
  };
  const notice = { token: 's1', name: 'a study', host: 'laptop', kind: 'training', version, atMs: 0 } as const;
  return { ...notice, needs: change(needs) } as StudyNotice;
}

/** A study's host with these data, that counts what is pulled. `spoil`: of the bytes that it gives */
function hostOf(dataset: Dataset, spoil: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes) {
  const parts = new Map(partsOf(dataset).map((part) => [blobDigest(part), part]));
  const pulled: string[] = [];
  const tools: OpenTools = {
    signal: new AbortController().signal,
    pull: async ({ digest }) => {
      pulled.push(digest);
      const part = parts.get(digest);
      return part === undefined ? failure('blob-missing', 'it did not come', '') : success(spoil(part));
    },
  };
  return { tools, pulled };
}

test('data come from the study’s host once, and from the disk the next time, bit for bit', async () => {
  const folder = newFolder();
  const first = hostOf(small);
  const session = unwrap(await newExecutor(folder).executor.open(await noticeFor(small), first.tools));
  expect(first.pulled).toHaveLength(6);
  const results = await session.run([jobFor()]);
  expect(results).toEqual([expect.objectContaining({ status: 'finished' })]);
  await session.close();
  expect(readdirSync(join(folder, 'datasets'))).toEqual([expect.stringMatching(/^pulled-[0-9a-f]{16}\.dataset$/)]);
  const second = hostOf(small);
  const again = unwrap(await newExecutor(folder).executor.open(await noticeFor(small), second.tools));
  expect(second.pulled).toEqual([]);
  const repeated = await again.run([jobFor()]);
  const accuracy = (bodies: readonly unknown[]) => (bodies[0] as { testAccuracy: number }).testAccuracy;
  expect(accuracy(repeated)).toBe(accuracy(results));
  await again.close();
});

test('a stored file that is damaged is not believed: the data are asked for again', async () => {
  const folder = newFolder();
  await unwrap(await newExecutor(folder).executor.open(await noticeFor(small), hostOf(small).tools)).close();
  const [name] = readdirSync(join(folder, 'datasets'));
  writeFileSync(join(folder, 'datasets', name), 'damaged');
  const host = hostOf(small);
  await unwrap(await newExecutor(folder).executor.open(await noticeFor(small), host.tools)).close();
  expect(host.pulled).toHaveLength(6);
});

test('data that this machine has by name and digest are not pulled; of the same name with another digest they are', async () => {
  const source = findDataset('morse:examples=1/1/1');
  const morse = unwrap(await source.load(null));
  const own = hostOf(morse);
  await unwrap(await newExecutor(newFolder()).executor.open(await noticeFor(morse), own.tools)).close();
  expect(own.pulled).toEqual([]);
  const other = { ...morse, digest: 'of another version' };
  const host = hostOf(other);
  await unwrap(await newExecutor(newFolder()).executor.open(await noticeFor(other), host.tools)).close();
  expect(host.pulled).toHaveLength(6);
});

test('a file of this machine is not read because a study’s data have its name', async () => {
  const folder = newFolder();
  const path = join(folder, 'secret.npz');
  writeFileSync(path, 'no data');
  const host = hostOf(small);
  const named = { ...small, name: path };
  await unwrap(await newExecutor(folder).executor.open(await noticeFor(named), host.tools)).close();
  expect(host.pulled).toHaveLength(6);
});

const spoilings: readonly [string, (needs: TrainingNeeds) => unknown, (bytes: Uint8Array) => Uint8Array, RegExp][] = [
  [
    'other bytes',
    (needs) => needs,
    (bytes) => bytes.map((byte) => byte ^ 1),
    /are not those it named: they have digest/,
  ],
  ['fewer bytes', (needs) => needs, (bytes) => bytes.subarray(1), /a part is not as long as was said/],
  [
    'labels above the classes',
    (needs) => ({ ...needs, data: { ...needs.data, classes: 2 } }),
    (bytes) => bytes,
    /labels above their 2 classes/,
  ],
  [
    'parts of other sizes',
    (needs) => ({ ...needs, data: { ...needs.data, parts: needs.data.parts.slice(1) } }),
    (bytes) => bytes,
    /not as large as its sizes say/,
  ],
];

test.each(spoilings)('%s are refused by the name of the data', async (_, change, spoil, why) => {
  const opened = await newExecutor(newFolder()).executor.open(
    await noticeFor(small, change),
    hostOf(small, spoil).tools,
  );
  expect(opened).toMatchObject({ ok: false, reason: 'data-mismatch' });
  expect(opened.ok || opened.message).toMatch(/^the data some data that came from the study's host/);
  expect(opened.ok || opened.message).toMatch(why);
});

test('more data than there is memory, and a network larger than it, are refused before anything is pulled', async () => {
  const huge = (needs: TrainingNeeds) => {
    const examples = { ...needs.data.examples, train: 2 ** 45 };
    return { ...needs, data: { ...needs.data, examples } };
  };
  const host = hostOf(small);
  const { executor } = newExecutor(newFolder());
  expect(await executor.open(await noticeFor(small, huge), host.tools)).toMatchObject({ reason: 'data-too-large' });
  const wide = someArchitecture([8, 2 ** 24, 4], [2 ** 24, 4]);
  const large = (needs: TrainingNeeds) => ({ ...needs, architecture: wide });
  expect(await executor.open(await noticeFor(small, large), host.tools)).toMatchObject({
    ok: false,
    reason: 'network-too-large',
  });
  expect(host.pulled).toEqual([]);
});

const someArchitecture = (layers: number[], fanOuts: number[]) => ({
  ...{ layers, fanOuts, usedInputs: layers[0], usedOutputs: layers.at(-1) },
  shapes: layers.map((neurons) => [neurons]),
});

const blobs = new Map<string, Uint8Array>();
function blobOf(bytes: Uint8Array): BlobReference {
  const reference = { digest: blobDigest(bytes), sizeBytes: bytes.length };
  blobs.set(reference.digest, bytes);
  return reference;
}

/** A job as a study offers it, or of something else. */
function jobFor(change: object = {}, id = 'job'): SessionJob {
  const { architecture, pattern, seed } = someJob(sizes);
  const payload = { architecture, pattern: blobOf(packPattern(pattern)), seed, settings, startWeights: null };
  return {
    id,
    payload: { ...payload, wantWeights: false, snapshots: null, ...change },
    signal: new AbortController().signal,
    progress: () => {},
    pull: async ({ digest }) => {
      const bytes = blobs.get(digest);
      return bytes === undefined ? failure('blob-missing', 'it did not come', '') : success(bytes);
    },
    look: async () => null,
    keepBlob: blobOf,
    dropBlob: () => {},
  };
}

const other = someJob({ layers: [8, 12, 4], fanOuts: [3, 2] });
const weights = packWeights(startWeights(somePattern(sizes), 1, settings));
const unsound: readonly [string, object, RegExp][] = [
  ['another schema', { seed: -1 }, /what it is to train cannot be read/],
  ['settings that cannot be', { settings: { ...settings, epochs: 0 } }, /cannot be read/],
  ['a pattern of other degrees', { pattern: blobOf(packPattern(other.pattern)) }, /must have the sizes .*; got/],
  ['a pattern that is none', { pattern: blobOf(Buffer.from('not packed')) }, /expected a packed pattern/],
  [
    'a pattern of a gigabyte',
    { pattern: { digest: 'a'.repeat(64), sizeBytes: 2 ** 30 } },
    /its pattern is said to take/,
  ],
  [
    'a pattern that does not come',
    { pattern: { digest: 'b'.repeat(64), sizeBytes: 9 } },
    /its pattern: it did not come/,
  ],
  ['start weights of another length', { startWeights: blobOf(weights.subarray(4)) }, /start weights take 492 bytes/],
  ['fast math that was not said', { settings: { ...settings, fastMath: true } }, /of another kind than its study said/],
  ['a network for other data', { architecture: someArchitecture([4, 4], [4]) }, /has 8 features/],
  ['a network without end', { architecture: someArchitecture([8, 2 ** 24, 4], [2 ** 24, 4]) }, /bytes of memory/],
];

test('jobs that make no sense are told as such, each by itself, and those beside them are trained', async () => {
  const { executor } = newExecutor(newFolder());
  const session = unwrap(await executor.open(await noticeFor(small), hostOf(small).tools));
  const jobs = [...unsound.map(([name, change]) => jobFor(change, name)), jobFor({}, 'sound')];
  const bodies = await session.run(jobs);
  for (const [index, [name, , why]] of unsound.entries()) {
    expect(bodies[index], name).toEqual({ fault: expect.stringMatching(why) });
  }
  expect(bodies.at(-1)).toMatchObject({ status: 'finished' });
  await session.close();
});

test('a snapshot that is up is gone on from, and one that is of nothing is passed over with a warning', async () => {
  const { executor } = newExecutor(newFolder());
  const session = unwrap(await executor.open(await noticeFor(small), hostOf(small).tools));
  const name = createHash('sha256').update('a name').digest('hex');
  const told: { snapshot: BlobReference | null; warnings: string[]; events: { resumed?: object }[] }[] = [];
  const job = (up: Uint8Array | null): SessionJob => ({
    ...jobFor({ snapshots: { name, wanted: true, everyMs: 0 } }),
    look: async (asked) => (asked === name ? up : null),
    progress: (body) => void told.push(body as (typeof told)[number]),
  });
  const [whole] = await session.run([job(null)]);
  const snapshot = told.find((each) => each.snapshot !== null)!.snapshot!;
  told.length = 0;
  const [resumed] = await session.run([job(Buffer.from(JSON.stringify(snapshot)))]);
  expect(resumed).not.toMatchObject({ resumed: null });
  const accuracyOf = (body: unknown) => (body as { testAccuracy: number }).testAccuracy;
  expect(accuracyOf(resumed)).toBe(accuracyOf(whole));
  told.length = 0;
  const junk = blobOf(Buffer.from('junk'));
  const [anew] = await session.run([job(Buffer.from(JSON.stringify(junk)))]);
  expect(anew).toMatchObject({ resumed: null, testAccuracy: accuracyOf(whole) });
  expect(told.flatMap(({ warnings }) => warnings)).toEqual([
    expect.stringMatching(/damaged; it starts again at epoch 1/),
  ]);
  for (const up of [Buffer.from('no JSON'), Buffer.from('{"digest":7}')]) {
    expect((await session.run([job(up)]))[0]).toMatchObject({ resumed: null, status: 'finished' });
  }
  await session.close();
});

test('an engine that does not run here is refused, both named', async () => {
  const { executor } = newExecutor(newFolder());
  const wrong = (needs: TrainingNeeds) => ({ ...needs, identity: { ...needs.identity, backend: 'cpu' } });
  await expect(executor.open(await noticeFor(small, wrong), hostOf(small).tools)).rejects.toThrow(/wasm and webgpu/);
});
