import fc from 'fast-check';
import type { Constraints, NmStructure } from '../../src/pattern/constraints/constraints.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { allJunctions } from '../scatter/all-patterns.ts';

/** One junction of any net, tiny enough to list all that it can be. */
export interface TinyJunction {
  readonly left: number;
  readonly right: number;
  readonly fanOut: number;
}

const tinyJunctions: readonly TinyJunction[] = [
  { left: 4, right: 4, fanOut: 2 },
  { left: 4, right: 4, fanOut: 1 },
  { left: 4, right: 6, fanOut: 3 },
  { left: 6, right: 4, fanOut: 2 },
  { left: 6, right: 3, fanOut: 1 },
  { left: 6, right: 3, fanOut: 2 },
  { left: 4, right: 2, fanOut: 1 },
  { left: 5, right: 5, fanOut: 3 },
  { left: 2, right: 4, fanOut: 2 },
];

export const tinyPattern = ({ left, right, fanOut }: TinyJunction, junction: Uint32Array): Pattern => ({
  layers: [left, right],
  fanOuts: [fanOut],
  junctions: [junction],
});

const known = new Map<string, Uint32Array[]>();

export function everyJunction({ left, right, fanOut }: TinyJunction): Uint32Array[] {
  const key = `${left} ${right} ${fanOut}`;
  const all = known.get(key) ?? allJunctions(left, right, fanOut);
  known.set(key, all);
  return all;
}

function rowsOf({ left, right, fanOut }: TinyJunction, junction: Uint32Array): number[][] {
  const fanIn = (left * fanOut) / right;
  return Array.from({ length: right }, (_, j) => [...junction.subarray(j * fanIn, (j + 1) * fanIn)]);
}

/** Every order of some items. */
function orders(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => orders(items.filter((_, other) => other !== i)).map((rest) => [item, ...rest]));
}

/** Whether some order of every row's edges lets every z in turn lie in z memories: tried out. */
function isClashFree(rows: readonly number[][], z: number): boolean {
  const fits = (read: readonly number[]) => {
    for (let start = 0; start < read.length; start += z) {
      const cycle = read.slice(start, start + z).map((k) => k % z);
      if (new Set(cycle).size < cycle.length) return false;
    }
    return true;
  };
  const extend = (read: readonly number[], j: number): boolean =>
    j === rows.length ||
    orders(rows[j]).some((order) => fits([...read, ...order]) && extend([...read, ...order], j + 1));
  return extend([], 0);
}

function keepsStructure(tiny: TinyJunction, rows: readonly number[][], { n, m, transposable }: NmStructure): boolean {
  const blocks = (length: number) =>
    Array.from({ length: length / m }, (_, b) => (x: number) => Math.floor(x / m) === b);
  const forward = rows.every((row) => blocks(tiny.left).every((isIn) => row.filter(isIn).length === n));
  if (!forward || !transposable) return forward;
  return Array.from({ length: tiny.left }, (_, k) => rows.flatMap((row, j) => (row.includes(k) ? [j] : []))).every(
    (column) => blocks(tiny.right).every((isIn) => column.filter(isIn).length === n),
  );
}

/** Whether a junction keeps constraints of one junction, straight from what they mean. */
export function keeps(tiny: TinyJunction, junction: Uint32Array, constraints: Constraints): boolean {
  const rows = rowsOf(tiny, junction);
  const z = constraints.parallelism?.[0] ?? null;
  const structure = constraints.structure?.[0] ?? null;
  return (
    (constraints.forbidden?.[0] ?? []).every(([k, j]) => !rows[j].includes(k)) &&
    (constraints.forced?.[0] ?? []).every(([k, j]) => rows[j].includes(k)) &&
    (z === null || isClashFree(rows, z)) &&
    (structure === null || keepsStructure(tiny, rows, structure)) &&
    (!constraints.distinctNeighbourhoods || new Set(rows.map((row) => row.join())).size === rows.length)
  );
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Every N:M that a junction's density allows. */
function structures({ left, right, fanOut }: TinyJunction): (NmStructure | null)[] {
  const least = right / gcd(fanOut, right);
  const found: (NmStructure | null)[] = [null];
  for (let m = least; m <= left; m += least) {
    const n = (m * fanOut) / right;
    if (left % m === 0) found.push({ n, m, transposable: false });
    if (left % m === 0 && right % m === 0) found.push({ n, m, transposable: true });
  }
  return found;
}

/** Constraints of one kind or several that fit a tiny junction, possible or not. */
export const constrainedTiny: fc.Arbitrary<{ tiny: TinyJunction; constraints: Constraints }> = fc
  .constantFrom(...tinyJunctions)
  .chain((tiny) => {
    const { left, right } = tiny;
    const divisors = Array.from({ length: left }, (_, i) => i + 1).filter((z) => left % z === 0);
    const pair = fc.tuple(fc.nat(left - 1), fc.nat(right - 1));
    return fc
      .record({
        z: fc.option(fc.constantFrom(...divisors)),
        structure: fc.constantFrom(...structures(tiny)),
        forbidden: fc.array(pair, { maxLength: 6 }),
        forced: fc.array(pair, { maxLength: 3 }),
        distinct: fc.boolean(),
      })
      .map(({ z, structure, forbidden, forced, distinct }) => ({
        tiny,
        constraints: {
          parallelism: [z],
          structure: [structure],
          forbidden: [forbidden],
          forced: [forced],
          distinctNeighbourhoods: distinct,
        },
      }));
  });

/** Whether a parallelism and a structure come together that are refused as not supported. */
export function isSupported({ parallelism, structure }: Constraints): boolean {
  const z = parallelism?.[0] ?? 1;
  const nm = structure?.[0] ?? null;
  return z === 1 || nm === null || nm.n === nm.m || (nm.n % z === 0 && nm.m % z === 0);
}
