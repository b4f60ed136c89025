import { expect, test } from 'vitest';
import { version } from '../../src/base/version.ts';
import { realClock } from '../../src/queue/clock.ts';
import { MemoryServer } from '../../src/queue/memory-server.ts';
import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import { currentStudies, STUDIES } from '../../src/queue/wire.ts';
import { StudyQueue } from '../../src/remote/study-queue.ts';

test('a study is on the board while it has work to give', async () => {
  const transport = new MemoryTransport(new MemoryServer(realClock, 200));
  const queue = new StudyQueue(transport, 'memory', 'far', () => {});
  const dispatcher = queue.dispatcher('training', { engine: 'sparse' });
  const studies = async () => currentStudies(await transport.notices(STUDIES), Date.now());
  await expect.poll(studies).toMatchObject([{ name: 'far', kind: 'training', version, needs: { engine: 'sparse' } }]);
  await dispatcher.close();
  expect(await studies()).toEqual([]);
});
