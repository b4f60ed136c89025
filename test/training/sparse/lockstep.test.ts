import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Lockstep, type TurnPlace } from '../../../src/training/sparse/lockstep.ts';

const at = (index: number, stage: TurnPlace['stage'] = 0, epoch = 1): TurnPlace => ({ epoch, stage, index });

/** Runs trainings that take their turns at these places. @returns who had its turn where, in order */
async function turnsOf(courses: readonly (readonly TurnPlace[])[], pause: (member: number) => Promise<void> | null) {
  const turns: [member: number, place: TurnPlace][] = [];
  const lockstep = new Lockstep(courses.length);
  await Promise.all(
    courses.map(async (places, member) => {
      for (const place of places) {
        await lockstep.turn(place);
        turns.push([member, place]);
        await pause(member);
      }
      lockstep.leave();
    }),
  );
  return turns;
}

const steps = (count: number, from = 0) => Array.from({ length: count }, (_, i) => at(from + i));

test('trainings at the same place have their turns one right after the other', async () => {
  const turns = await turnsOf([steps(3), steps(3), steps(3)], () => null);
  expect(turns.map(([, { index }]) => index)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
});

test('whoever is behind catches up, and whoever has ended is not waited for', async () => {
  const turns = await turnsOf([steps(1), steps(4), steps(2, 2)], () => null);
  expect(turns.map(([, { index }]) => index)).toEqual([0, 0, 1, 2, 2, 3, 3]);
  expect(turns.slice(2, 3)).toEqual([[1, at(1)]]);
});

test('an epoch is trained, validated and, after the last one, tested by all before any goes on', async () => {
  const course = [at(0), at(1), at(0, 1), at(0, 0, 2), at(0, 1, 2), at(0, 2, 2)];
  const turns = await turnsOf([course, course], () => null);
  expect(turns.map(([, place]) => place)).toEqual(course.flatMap((place) => [place, place]));
});

test('property: places never go down, every turn is had once, whoever waits for something in between', async () => {
  const courses = fc.array(fc.uniqueArray(fc.nat(20), { maxLength: 12 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(courses, fc.nat(5), async (drawn, slow) => {
      const places = drawn.map((course) => course.sort((a, b) => a - b).map((index) => at(index)));
      const turns = await turnsOf(places, (member) => (member === slow ? Promise.resolve() : null));
      const indices = turns.map(([, { index }]) => index);
      expect(indices).toEqual([...indices].sort((a, b) => a - b));
      for (const [member, course] of places.entries())
        expect(turns.filter(([whose]) => whose === member).map(([, place]) => place)).toEqual(course);
    }),
  );
});
