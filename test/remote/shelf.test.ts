import { expect, test } from 'vitest';
import { failure, type Outcome, success, unwrap } from '../../src/base/failure.ts';
import { Shelf } from '../../src/remote/shelf.ts';

function shelf() {
  const disposed: string[] = [];
  const make = (key: string) => async () => success(key);
  return { disposed, make, shelf: new Shelf<string>(async (item) => void disposed.push(item)) };
}

test('what was used last stays for the next who comes, until the shelf is cleared', async () => {
  const { disposed, make, shelf: things } = shelf();
  for (const key of ['a', 'b']) await unwrap(await things.lend(key, make(key))).giveBack();
  expect(disposed).toEqual(['a']);
  await things.clear();
  expect(disposed).toEqual(['a', 'b']);
});

test('what is in use when the shelf is cleared is disposed of when it comes back', async () => {
  const { disposed, make, shelf: things } = shelf();
  const [one, two] = [unwrap(await things.lend('a', make('a'))), unwrap(await things.lend('a', make('a')))];
  await things.clear();
  await one.giveBack();
  await one.giveBack();
  expect(disposed).toEqual([]);
  await two.giveBack();
  expect(disposed).toEqual(['a']);
});

test('what is still being made when the shelf is cleared is disposed of as well', async () => {
  const { disposed, shelf: things } = shelf();
  let made = (_: Outcome<string>) => {};
  const lent = things.lend('a', () => new Promise((resolve) => (made = resolve)));
  await things.clear();
  made(success('a'));
  await unwrap(await lent).giveBack();
  expect(disposed).toEqual(['a']);
  expect(await things.lend('b', async () => failure('none', 'there is none', ''))).toMatchObject({ reason: 'none' });
});
