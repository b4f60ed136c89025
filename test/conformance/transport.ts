import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type Consumer,
  MOST_MESSAGE_CHARACTERS,
  type TakenJob,
  type TakenOutcome,
  type Transport,
} from '../../src/queue/transport.ts';

/** One process's side of a queue, which can be lost as a killed process is. */
export interface Party {
  readonly transport: Transport;
  lose(): Promise<void>;
}

export interface TransportWorld {
  /** of its transports; short, for the tests */
  readonly leaseMs: number;
  connect(): Promise<Party>;
  close(): Promise<void>;
}

const until = <T>(condition: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(condition, { timeout: 20_000, interval: 20 });

let names = 0;
function freshName(): string {
  names += 1;
  return `of-this-test-${process.pid}-${names}`;
}

/** A promise that is resolved from outside. */
function gate<T = void>() {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Takes everything and notes it. */
function taker(
  transport: Transport,
  queue: string,
  outcome: TakenOutcome | Promise<TakenOutcome> = 'done',
  atOnce = 1,
) {
  const taken: TakenJob[] = [];
  const consumer = transport.take(queue, atOnce, async (job) => {
    taken.push(job);
    return outcome;
  });
  return { taken, close: () => consumer.close() };
}

function reader(transport: Transport, mailbox: string) {
  const got: string[] = [];
  const consumer = transport.receive(mailbox, async (message) => {
    got.push(message);
  });
  return { got, close: () => consumer.close() };
}

const job = (id: string, payload = JSON.stringify({ of: id })) => ({ id, payload });
const jobs = (count: number) => Array.from({ length: count }, (_, index) => job(`${index}`));
const idsOf = (taken: readonly TakenJob[]) => taken.map(({ id }) => id).sort();

/** What every transport does, whatever carries it. */
export function transportConformance(name: string, open: () => Promise<TransportWorld>): void {
  describe(`the transport over ${name}`, () => {
    let world: TransportWorld;
    let one: Party;
    let other: Party;
    beforeAll(async () => {
      world = await open();
      one = await world.connect();
      other = await world.connect();
    });
    afterAll(() => world?.close());
    const party = () => ({ queue: freshName(), one: one.transport, other: other.transport });

    jobTests(party);
    leaseTests(party, () => world);
    messageTests(party);
    boardTests(party);
    refusalTests(party);
  });
}

type Parties = () => { readonly queue: string; readonly one: Transport; readonly other: Transport };

function jobTests(parties: Parties) {
  test('a job is taken by another party as it was offered, once, and is gone when it is done', async () => {
    const { queue, one, other } = parties();
    const offered = job('a.B-c_1', JSON.stringify({ text: 'Ünïcode \u0000 \ud83d\ude00 "quoted"\n' }));
    await one.offer(queue, [offered]);
    const first = taker(other, queue);
    await until(() => expect(first.taken).toEqual([{ ...offered, lostBefore: 0 }]));
    await first.close();
    const second = taker(one, queue);
    await one.offer(queue, [job('next')]);
    await until(() => expect(idsOf(second.taken)).toEqual(['next']));
    await second.close();
  });

  test('who takes before anything is offered gets what is offered later', async () => {
    const { queue, one, other } = parties();
    const waiting = taker(other, queue);
    await one.offer(queue, jobs(3));
    await until(() => expect(idsOf(waiting.taken)).toEqual(['0', '1', '2']));
    await waiting.close();
  });

  test('a job of an id that waits or is taken is left as it is, one that is done may be offered again', async () => {
    const { queue, one, other } = parties();
    await one.offer(queue, [job('same', '"first"')]);
    await other.offer(queue, [job('same', '"second"')]);
    const { open, opened } = gate<TakenOutcome>();
    const { taken, close } = taker(other, queue, opened);
    await until(() => expect(taken).toMatchObject([{ payload: '"first"' }]));
    await one.offer(queue, [job('same', '"third"')]);
    open('done');
    await close();
    const after = taker(other, queue);
    await one.offer(queue, [job('last')]);
    await until(() => expect(idsOf(after.taken)).toEqual(['last']));
    await one.offer(queue, [job('same', '"fourth"')]);
    await until(() => expect(after.taken).toMatchObject([{ id: 'last' }, { payload: '"fourth"' }]));
    await after.close();
  });

  test('what is withdrawn is never taken, what is taken already goes on', async () => {
    const { queue, one, other } = parties();
    await one.offer(queue, jobs(3));
    const { open, opened } = gate<TakenOutcome>();
    const { taken, close } = taker(other, queue, opened);
    await until(() => expect(idsOf(taken)).toEqual(['0']));
    await one.withdraw(queue, ['0', '1', 'never-there']);
    open('done');
    await until(() => expect(idsOf(taken)).toEqual(['0', '2']));
    await close();
  });

  test('nobody takes more at once than it says, and every job is taken once', async () => {
    const { queue, one, other } = parties();
    const taken: string[] = [];
    let most = 0;
    const worker = (transport: Transport, atOnce: number): Consumer => {
      let now = 0;
      return transport.take(queue, atOnce, async ({ id }) => {
        now += 1;
        most = Math.max(most, now - atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        taken.push(id);
        now -= 1;
        return 'done';
      });
    };
    const consumers = [worker(one, 2), worker(other, 5)];
    await one.offer(queue, jobs(300));
    await until(() => expect(taken.length).toBe(300));
    await Promise.all(consumers.map((consumer) => consumer.close()));
    expect([new Set(taken).size, most]).toEqual([300, 0]);
  });

  test('a job that is given back is there for another, and nobody was lost', async () => {
    const { queue, one, other } = parties();
    await one.offer(queue, [job('a')]);
    const { open, opened } = gate<TakenOutcome>();
    const draining = taker(one, queue, opened);
    await until(() => expect(draining.taken.length).toBe(1));
    const closed = draining.close();
    open('given-back');
    await closed;
    const next = taker(other, queue);
    await until(() => expect(next.taken).toEqual([{ ...job('a'), lostBefore: 0 }]));
    await next.close();
    expect(draining.taken.length).toBe(1);
  });

  test('whoever closes takes no more, and ends what it has', async () => {
    const { queue, one, other } = parties();
    await one.offer(queue, jobs(2));
    const { open, opened } = gate<TakenOutcome>();
    const closing = taker(one, queue, opened);
    await until(() => expect(closing.taken.length).toBe(1));
    const closed = closing.close();
    const next = taker(other, queue);
    await until(() => expect(idsOf(next.taken)).toEqual(['1']));
    open('done');
    await closed;
    await one.offer(queue, [job('2')]);
    await until(() => expect(idsOf(next.taken)).toEqual(['1', '2']));
    await next.close();
    expect(idsOf(closing.taken)).toEqual(['0']);
  });

  test('a job whose handling fails comes again and counts as lost', async () => {
    const { queue, one } = parties();
    const lost: number[] = [];
    const consumer = one.take(queue, 1, async ({ lostBefore }) => {
      lost.push(lostBefore);
      if (lostBefore < 2) throw new Error('a fault of the handler');
      return 'done';
    });
    await one.offer(queue, [job('a')]);
    await until(() => expect(lost).toEqual([0, 1, 2]));
    await consumer.close();
  });

  test('what a removed queue held is never taken', async () => {
    const { queue, one, other } = parties();
    await one.offer(queue, jobs(50));
    await other.remove(queue);
    await other.remove(queue);
    await one.offer(queue, [job('after')]);
    const { taken, close } = taker(other, queue);
    await until(() => expect(idsOf(taken)).toEqual(['after']));
    await close();
  });
}

function leaseTests(parties: Parties, world: () => TransportWorld) {
  test('the job of a lost party is taken by another, who is told; what the lost one comes to does not count', async () => {
    const { queue, other } = parties();
    const lost = await world().connect();
    const late = gate<TakenOutcome>();
    const first = taker(lost.transport, queue, late.opened);
    await other.offer(queue, [job('a')]);
    await until(() => expect(first.taken.length).toBe(1));
    await lost.lose();
    const taken: TakenJob[] = [];
    const { open, opened } = gate<TakenOutcome>();
    const second = other.take(queue, 1, async (job) => {
      taken.push(job);
      return taken.length === 1 ? opened : 'done';
    });
    await until(() => expect(taken).toEqual([{ ...job('a'), lostBefore: 1 }]));
    late.open('done');
    open('given-back');
    await until(() => expect(taken).toMatchObject([{ lostBefore: 1 }, { lostBefore: 1 }]));
    await second.close();
  });

  test('a job that takes longer than the lease stays with who renews it', async () => {
    const { queue, one, other } = parties();
    const { open, opened } = gate<TakenOutcome>();
    const busy = taker(one, queue, opened);
    await one.offer(queue, [job('long')]);
    await until(() => expect(busy.taken.length).toBe(1));
    const idle = taker(other, queue);
    await new Promise((resolve) => setTimeout(resolve, 3 * world().leaseMs));
    open('done');
    await busy.close();
    await one.offer(queue, [job('next')]);
    await until(() => expect(idsOf(idle.taken)).toEqual(['next']));
    await idle.close();
  });
}

function messageTests(parties: Parties) {
  test('messages wait for their reader, whichever party sent them', async () => {
    const { queue, one, other } = parties();
    await one.send(queue, ['"a"', '"b"']);
    await one.send(queue, []);
    await other.send(queue, ['"c"']);
    const { got, close } = reader(other, queue);
    await until(() => expect([...got].sort()).toEqual(['"a"', '"b"', '"c"']));
    await one.send(queue, ['"d"']);
    await until(() => expect(got.length).toBe(4));
    await close();
  });

  test('messages of the greatest size come through whole, several at once', async () => {
    const { queue, one, other } = parties();
    const large = ['ä', '{', '"'].map((character) => character.repeat(MOST_MESSAGE_CHARACTERS));
    await one.send(queue, large);
    const { got, close } = reader(other, queue);
    await until(() => expect(got.length).toBe(3));
    expect(large.every((message) => got.includes(message))).toBe(true);
    await close();
  });

  test('equal messages are as many as were sent', async () => {
    const { queue, one, other } = parties();
    const { got, close } = reader(other, queue);
    await one.send(
      queue,
      Array.from({ length: 500 }, () => '"same"'),
    );
    await until(() => expect(got.length).toBe(500));
    await close();
  });

  test('a message whose handling fails comes again, one that always fails stops nothing', async () => {
    const { queue, one, other } = parties();
    const got: string[] = [];
    const consumer = other.receive(queue, async (message) => {
      got.push(message);
      if (message === '"bad"' || got.filter((former) => former === message).length < 2) throw new Error('not handled');
    });
    await one.send(queue, ['"bad"', '"good"']);
    await until(() => expect(got.filter((message) => message === '"good"').length).toBe(2));
    await one.send(queue, ['"more"']);
    await until(() => expect(got.filter((message) => message === '"more"').length).toBe(2));
    await until(() => expect(got.filter((message) => message === '"bad"').length).toBeGreaterThanOrEqual(2));
    await consumer.close();
  });

  test('who takes and reads goes on where its queue and mailbox are removed under it', async () => {
    const { queue, one, other } = parties();
    const { got, close } = reader(one, queue);
    const jobsTaken = taker(one, `${queue}-jobs`);
    await other.send(queue, ['"a"']);
    await other.offer(`${queue}-jobs`, [job('a')]);
    await until(() => expect([got.length, jobsTaken.taken.length]).toEqual([1, 1]));
    await other.remove(queue);
    await other.remove(`${queue}-jobs`);
    await other.remove(`${queue}-never-there`);
    await other.send(queue, ['"b"']);
    await other.offer(`${queue}-jobs`, [job('a'), job('b')]);
    await until(() => expect([...got].sort()).toEqual(['"a"', '"b"']));
    await until(() => expect(idsOf(jobsTaken.taken)).toEqual(['a', 'a', 'b']));
    await close();
    await jobsTaken.close();
  });

  test('a reader that closed gets nothing more, and its mailbox waits for the next', async () => {
    const { queue, one, other } = parties();
    const { got, close } = reader(one, queue);
    await other.send(queue, ['"a"']);
    await until(() => expect(got).toEqual(['"a"']));
    await close();
    await other.send(queue, ['"b"']);
    const again = reader(one, queue);
    await until(() => expect(again.got).toEqual(['"b"']));
    await again.close();
  });
}

function boardTests(parties: Parties) {
  test('a board holds the newest notice of each id until it is retracted', async () => {
    const { queue: board, one, other } = parties();
    expect(await other.notices(board)).toEqual([]);
    await one.announce(board, { id: '1', text: '"a"' });
    await other.announce(board, { id: 'x.y', text: '"b"' });
    await one.announce(board, { id: '1', text: '"c"' });
    const sorted = async () => [...(await other.notices(board))].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(await sorted()).toEqual([
      { id: '1', text: '"c"' },
      { id: 'x.y', text: '"b"' },
    ]);
    await other.retract(board, '1');
    await other.retract(board, 'never-there');
    expect(await sorted()).toEqual([{ id: 'x.y', text: '"b"' }]);
    await one.announce(board, { id: '1', text: '"d"' });
    expect((await sorted())[0]).toEqual({ id: '1', text: '"d"' });
    await one.retract(board, '1');
    await one.retract(board, 'x.y');
  });
}

function refusalTests(parties: Parties) {
  test('names and ids of other characters, and what is too large, are a mistake of the caller', async () => {
    const { queue, one } = parties();
    const large = 'x'.repeat(MOST_MESSAGE_CHARACTERS + 1);
    await expect(one.offer('a:b', [job('a')])).rejects.toThrow(RangeError);
    await expect(one.offer(queue, [job('a:b')])).rejects.toThrow('a:b');
    await expect(one.offer(queue, [job('a', large)])).rejects.toThrow('at most 1048576');
    await expect(one.send(queue, ['""', large])).rejects.toThrow(RangeError);
    await expect(one.announce(queue, { id: '', text: '""' })).rejects.toThrow(RangeError);
    await expect(one.announce(queue, { id: 'a', text: large })).rejects.toThrow(RangeError);
    expect(() => one.take(queue, 0, async () => 'done')).toThrow('got 0');
    expect(() => one.receive('Above', async () => {})).toThrow('Above');
  });
}
