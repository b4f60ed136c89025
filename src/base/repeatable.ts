import { InvalidTypeError } from './caller-errors.ts';

/** What gives other values when a call is made again: the usual ones, not all that there are. */
const unrepeatable = [
  [Math, 'random', 'Math.random'],
  [Date, 'now', 'Date.now'],
  [performance, 'now', 'performance.now'],
  [process, 'hrtime', 'process.hrtime'],
  [crypto, 'getRandomValues', 'crypto.getRandomValues'],
  [crypto, 'randomUUID', 'crypto.randomUUID'],
] as const;

type Refusal = (name: string) => () => never;

/** The class without the present time: a date can be made of something, not of nothing. */
const timelessDate = (refuse: Refusal) =>
  new Proxy(Date, {
    construct: (date, values, newTarget) =>
      values.length === 0 ? refuse('new Date()')() : (Reflect.construct(date, values, newTarget) as Date),
    apply: refuse('Date()'),
  });

type Swap = readonly [owner: object, key: string, value: unknown];

const swapsFor = (refuse: Refusal): Swap[] => [
  ...unrepeatable.map(
    ([owner, key, name]): Swap => [owner, key, Object.assign(refuse(name), { bigint: refuse(`${name}.bigint`) })],
  ),
  [globalThis, 'Date', timelessDate(refuse)],
];

/**
 * What runs a user's code where chance and clock are not to be had: with them, the same call would not give the same result.
 * @param advice what is thrown says of them: "is not for strategies: draw from …"
 */
export function repeatableWith(advice: string): <T>(work: () => T) => T {
  const swaps = swapsFor((name) => () => {
    throw new Error(`${name} ${advice}`);
  });
  return (work) => {
    const former = swaps.map(([owner, key]) => Object.getOwnPropertyDescriptor(owner, key));
    for (const [owner, key, value] of swaps) {
      Object.defineProperty(owner, key, { value, configurable: true, writable: true });
    }
    try {
      return work();
    } finally {
      for (const [index, [owner, key]] of swaps.entries()) {
        const descriptor = former[index];
        if (descriptor === undefined) Reflect.deleteProperty(owner, key);
        else Object.defineProperty(owner, key, descriptor);
      }
    }
  };
}

/** @throws TypeError for a promise: what it would come to is not waited for */
export function requireNow<T>(value: T, method: string): T {
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== 'function') return value;
  // It may still fail: unhandled, that would end the thread.
  Promise.resolve(value).catch(() => {});
  throw new InvalidTypeError(`${method} must return its result, not a promise of it`);
}
