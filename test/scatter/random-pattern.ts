import type { Random } from '../../src/base/random.ts';
import { type Architecture, junctionSizes } from '../../src/pattern/architecture.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';

/** Left neurons by edge, right-major: as equal as can be, with any neurons having one more. */
function balancedStart(left: number, edges: number, random: Random): Uint32Array {
  const names = random.shuffle(Uint32Array.from({ length: left }, (_, k) => k));
  return Uint32Array.from({ length: edges }, (_, edge) => names[edge % left]);
}

/**
 * A junction with exact or balanced degrees, mixed by degree-preserving swaps from a cyclic start: every small pattern can come out of it.
 * Made for tests: correct for any density, uniform only about.
 */
export function randomJunction(left: number, right: number, fanOut: number, random: Random): Uint32Array {
  const fanIn = Math.round((left * fanOut) / right);
  const edges = right * fanIn;
  const rows: Set<number>[] = Array.from({ length: right }, () => new Set());
  if (Number.isInteger(fanOut)) {
    for (let edge = 0; edge < edges; edge++) rows[edge % right].add(Math.floor(edge / fanOut));
  } else for (const [edge, k] of balancedStart(left, edges, random).entries()) rows[Math.floor(edge / fanIn)].add(k);
  for (let tries = 0; tries < 4 * edges; tries++) {
    const [a, b] = [rows[random.below(right)], rows[random.below(right)]];
    const k = [...a][random.below(fanIn)];
    const l = [...b][random.below(fanIn)];
    if (a.has(l) || b.has(k)) continue;
    a.delete(k);
    a.add(l);
    b.delete(l);
    b.add(k);
  }
  return Uint32Array.from(rows.flatMap((row) => [...row].sort((x, y) => x - y)));
}

export function randomPattern(architecture: Pick<Architecture, 'layers' | 'fanOuts'>, random: Random): Pattern {
  const junctions = junctionSizes(architecture).map(({ left, right, fanOut }) =>
    randomJunction(left, right, fanOut, random),
  );
  return makePattern(architecture, junctions);
}
