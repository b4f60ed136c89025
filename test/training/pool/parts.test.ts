import { describe, expect, test, vi } from 'vitest';
import { EventQueue } from '../../../src/training/pool/event-queue.ts';
import { StepClock } from '../../../src/training/pool/step-clock.ts';

describe('an event queue', () => {
  const collect = async (queue: EventQueue<number>) => {
    const seen: number[] = [];
    for await (const event of queue) seen.push(event);
    return seen;
  };

  test('gives what was pushed, in order, also while it is being read, and ends when closed', async () => {
    const queue = new EventQueue<number>();
    queue.push(1);
    const reading = collect(queue);
    queue.push(2);
    await new Promise((resolve) => setTimeout(resolve, 5));
    queue.push(3);
    queue.push(4);
    queue.close();
    expect(await reading).toEqual([1, 2, 3, 4]);
  });

  test('closed while nobody reads, still gives what is left', async () => {
    const queue = new EventQueue<number>();
    queue.push(1);
    queue.close();
    expect(await collect(queue)).toEqual([1]);
  });
});

describe('a step clock', () => {
  test('leaves out the first ten steps, and time that is not between start and count', () => {
    let now = 0;
    const clocked = vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      const clock = new StepClock();
      expect(clock.samplesPerSecond).toBe(0);
      clock.start();
      now += 5000;
      clock.count(10, 100);
      expect(clock.samplesPerSecond).toBe(20);
      now += 100;
      clock.count(5, 50);
      expect(clock.samplesPerSecond).toBe(500);
      now += 60_000;
      clock.start();
      now += 100;
      clock.count(15, 150);
      expect(clock.samplesPerSecond).toBe(1000);
    } finally {
      clocked.mockRestore();
    }
  });
});
