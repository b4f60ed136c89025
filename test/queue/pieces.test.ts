import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { Pieces } from '../../src/queue/pieces.ts';
import { readToStudy } from '../../src/queue/wire.ts';
import { FalseClock } from './false-clock.ts';
import { type Faults, SimulatedProcess, SimulatedServer } from './simulated-transport.ts';

/** Two that keep and pull, over a queue with these faults. */
function pair(faults: Faults) {
  const clock = new FalseClock();
  const server = new SimulatedServer(clock, Random.fromSeed(1), faults);
  const party = (mailbox: string) => {
    const process = new SimulatedProcess(server, Number.POSITIVE_INFINITY, () => {});
    const pieces = new Pieces(process, process, mailbox);
    process.receive(mailbox, async (text) => {
      const message = readToStudy(text);
      if (message?.kind === 'ask' || message?.kind === 'piece' || message?.kind === 'lacks')
        await pieces.handle(message);
    });
    return pieces;
  };
  return { clock, keeper: party('keeper'), puller: party('puller') };
}

async function pulled(faults: Faults, bytes: Uint8Array, spoil: (pieces: Pieces, digest: string) => void = () => {}) {
  const { clock, keeper, puller } = pair(faults);
  const reference = keeper.keep(bytes);
  spoil(keeper, reference.digest);
  let outcome: Awaited<ReturnType<Pieces['pull']>> | undefined;
  void puller.pull(reference, 'keeper').then((value) => {
    outcome = value;
  });
  await clock.goUntil(() => outcome !== undefined, 3_600_000);
  return { outcome, atMs: clock.now(), reference };
}

const SOUND = { lose: 0, double: 0, delay: 0 };
const bytes = Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * 7 + (at >> 8)) % 256);

test('six pieces come whole, asked for four at a time', async () => {
  const { outcome } = await pulled(SOUND, bytes);
  expect(outcome?.ok && Buffer.compare(outcome.value, bytes)).toBe(0);
});

test('pieces that are lost, doubled and late are asked for again', async () => {
  const { outcome, atMs } = await pulled({ lose: 0.4, double: 0.3, delay: 0.3 }, bytes);
  expect(outcome?.ok && Buffer.compare(outcome.value, bytes)).toBe(0);
  expect(atMs).toBeGreaterThan(5_000);
});

test('64 KiB travel in the reference itself, one byte more does not', async () => {
  const small = await pulled(SOUND, bytes.subarray(0, 65_536));
  expect(small.reference.inline).toHaveLength(87_384);
  expect(small.outcome?.ok && small.outcome.value.length).toBe(65_536);
  const larger = await pulled(SOUND, bytes.subarray(0, 65_537));
  expect(larger.reference.inline).toBeUndefined();
  expect(larger.outcome?.ok && larger.outcome.value.length).toBe(65_537);
});

test('what its keeper dropped is missing at once', async () => {
  const { outcome, atMs } = await pulled(SOUND, bytes, (pieces, digest) => pieces.drop(digest));
  expect(outcome).toMatchObject({ ok: false, reason: 'blob-missing' });
  expect(atMs).toBeLessThan(1_000);
});

test('what is kept twice is there until dropped twice', async () => {
  const { outcome } = await pulled(SOUND, bytes, (pieces, digest) => {
    pieces.keep(bytes);
    pieces.drop(digest);
  });
  expect(outcome?.ok).toBe(true);
});

test('who never answers is given up after a minute', async () => {
  const { outcome, atMs } = await pulled({ ...SOUND, lose: 1 }, bytes);
  expect(outcome).toMatchObject({ ok: false, reason: 'blob-missing' });
  expect(atMs).toBeGreaterThanOrEqual(60_000);
  expect(atMs).toBeLessThan(70_000);
});

test('bytes of another digest are refused, both named', async () => {
  const own = bytes.slice();
  const { outcome, reference } = await pulled(SOUND, own, () => own.fill(0));
  expect(outcome).toMatchObject({ ok: false, reason: 'blob-mismatch' });
  expect(!outcome?.ok && outcome?.message).toContain(`expected ${reference.digest.slice(0, 12)}`);
});

test('what is put up under a name is seen by who looks, what is newest then, and nothing once it is taken down', async () => {
  const { clock, keeper, puller } = pair(SOUND);
  const name = '0'.repeat(64);
  const look = async () => {
    let seen: Uint8Array | null | undefined;
    void puller.look(name, 'keeper').then((value) => {
      seen = value;
    });
    await clock.goUntil(() => seen !== undefined, clock.now() + 60_000);
    return seen === null ? null : Buffer.from(seen ?? []).toString();
  };
  expect(await look()).toBeNull();
  for (const text of ['first', 'second']) {
    keeper.putUp(name, Buffer.from(text));
    expect(await look()).toBe(text);
  }
  keeper.putUp(name, null);
  expect(await look()).toBeNull();
});

test('a small blob that is to stay apart is pulled like a large one', async () => {
  const { clock, keeper, puller } = pair(SOUND);
  const reference = keeper.keep(bytes.subarray(0, 10), { apart: true });
  expect(reference.inline).toBeUndefined();
  let outcome: Awaited<ReturnType<Pieces['pull']>> | undefined;
  void puller.pull(reference, 'keeper').then((value) => {
    outcome = value;
  });
  await clock.goUntil(() => outcome !== undefined, 60_000);
  expect(outcome?.ok && outcome.value.length).toBe(10);
});
