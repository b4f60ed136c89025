import { expect, test } from 'vitest';
import { Mailer } from '../../src/queue/mailer.ts';
import { MemoryServer } from '../../src/queue/memory-server.ts';
import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import { MOST_MESSAGE_CHARACTERS } from '../../src/queue/transport.ts';
import { FalseClock } from './false-clock.ts';

/** A mailer whose requests take a tenth of a second, or as told, and what they were. */
function mailer(takesMs = 100) {
  const clock = new FalseClock();
  const requests: { readonly atMs: number; readonly mailbox: string; readonly texts: readonly string[] }[] = [];
  const transport = new MemoryTransport(new MemoryServer(clock));
  transport.send = async (mailbox, texts) => {
    if (texts.some((text) => text.length > MOST_MESSAGE_CHARACTERS)) throw new RangeError('too large');
    requests.push({ atMs: clock.now(), mailbox, texts: [...texts] });
    await clock.sleep(takesMs);
    if (texts.includes('"fails"')) throw new Error('it is down');
  };
  return { clock, requests, mailer: new Mailer(transport, clock) };
}

test('what is sent while a request is under way goes together with the next, by mailbox', async () => {
  const { clock, requests, mailer: own } = mailer();
  for (const text of ['"a"', '"b"', '"c"']) void own.send('one', text);
  void own.send('two', { kind: 'd' });
  await clock.goUntil(() => false, 50);
  for (const text of ['"e"', '"f"']) void own.send('one', text);
  await clock.goUntil(() => false, 1_000);
  expect(requests).toEqual([
    { atMs: 0, mailbox: 'one', texts: ['"a"', '"b"', '"c"'] },
    { atMs: 0, mailbox: 'two', texts: ['{"kind":"d"}'] },
    { atMs: 100, mailbox: 'one', texts: ['"e"', '"f"'] },
  ]);
});

test('what may wait goes at once after a pause, else so long after the last, and with whatever is urgent', async () => {
  const { clock, requests, mailer: own } = mailer(10);
  void own.send('one', '"first"', 500);
  await clock.goUntil(() => false, 200);
  void own.send('one', '"second"', 500);
  await clock.goUntil(() => false, 600);
  void own.send('one', '"third"', 500);
  void own.send('one', '"now"');
  await clock.goUntil(() => false, 2_000);
  void own.send('one', '"last"', 60_000);
  const flushed = own.flush();
  await clock.goUntil(() => false, 5_000);
  await flushed;
  expect(requests.map(({ texts }) => texts)).toEqual([['"first"'], ['"second"'], ['"third"', '"now"'], ['"last"']]);
  expect(requests.map(({ atMs }) => atMs).slice(0, 2)).toEqual([0, 500]);
});

test('what may wait spares a slow server: twenty times what it took, and a second at most', async () => {
  const times = async (takesMs: number, apartMs: number) => {
    const { clock, requests, mailer: own } = mailer(takesMs);
    for (let message = 0; message < 60; message += 1) {
      void own.send('one', `"${message}"`, apartMs);
      await clock.goUntil(() => false, 50 * (message + 1));
    }
    await clock.goUntil(() => false, 10_000);
    expect(requests.flatMap(({ texts }) => texts)).toHaveLength(60);
    return requests.map(({ atMs }) => atMs).slice(0, 4);
  };
  expect(await times(1, 100)).toEqual([0, 100, 200, 300]);
  expect(await times(20, 100)).toEqual([0, 400, 800, 1200]);
  // What is sent before the first has arrived cannot know yet.
  expect(await times(400, 100)).toEqual([0, 400, 1400, 2400]);
  expect(await times(40, 1500)).toEqual([0, 1500, 3000]);
});

test('a request that fails rejects those in it alone; one too large is refused alone', async () => {
  const { clock, requests, mailer: own } = mailer();
  const large = own.send('one', 'x'.repeat(MOST_MESSAGE_CHARACTERS + 1));
  const failing = [own.send('one', '"fails"'), own.send('one', '"with it"')];
  for (const promise of [large, ...failing]) promise.catch(() => {});
  await clock.goUntil(() => false, 50);
  const results = Promise.allSettled([large, ...failing, own.send('one', '"later"')]);
  await clock.goUntil(() => false, 1_000);
  expect((await results).map(({ status }) => status)).toEqual([...['rejected', 'rejected', 'rejected', 'fulfilled']]);
  expect(requests.map(({ texts }) => texts)).toEqual([['"fails"', '"with it"'], ['"later"']]);
});
