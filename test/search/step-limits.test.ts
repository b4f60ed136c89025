import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TaskClock } from '../../src/search/step-limits.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('a task is over when its seconds have passed since it was last begun', () => {
  const clock = new TaskClock(10);
  clock.start();
  vi.advanceTimersByTime(9000);
  clock.start();
  vi.advanceTimersByTime(9000);
  expect([clock.isOver, clock.signal.aborted]).toEqual([false, false]);
  vi.advanceTimersByTime(1000);
  expect([clock.isOver, clock.signal.aborted]).toEqual([true, true]);
});

test('a task that waits for another thread has no clock until that begins it', () => {
  const clock = new TaskClock(10);
  clock.start();
  clock.pause();
  vi.advanceTimersByTime(60_000);
  expect(clock.isOver).toBe(false);
  clock.start();
  vi.advanceTimersByTime(10_000);
  expect(clock.isOver).toBe(true);
});

test('a notice that comes after the end starts no timer, which would keep the program from its end', () => {
  const clock = new TaskClock(600);
  clock.start();
  clock.end();
  clock.start();
  expect(vi.getTimerCount()).toBe(0);
});
