import type { PairedOutcome } from './observation.ts';

/** The outcomes of one family, and which pairs of them are compared. */
export interface FamilyPairs {
  readonly family: string;
  /** by member */
  readonly scatter: Float64Array;
  readonly accuracy: Float64Array;
  /** members of each compared pair */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** +1 where the second member has the higher scatter, −1 where the first has */
  readonly order: Int8Array;
}

/** Outcomes by family, in order of first appearance. */
export function byFamily(outcomes: readonly PairedOutcome[]): Map<string, PairedOutcome[]> {
  const families = new Map<string, PairedOutcome[]>();
  for (const outcome of outcomes) {
    const members = families.get(outcome.family);
    if (members === undefined) families.set(outcome.family, [outcome]);
    else members.push(outcome);
  }
  return families;
}

/** A difference short of the least one by this share of it is so by rounding alone. */
const RELATIVE_ROUNDING = 1e-9;

function pairsOf(family: string, members: readonly PairedOutcome[], least: number): FamilyPairs {
  const scatter = Float64Array.from(members, (member) => member.scatter);
  const accuracy = Float64Array.from(members, (member) => member.accuracy);
  const enough = least * (1 - RELATIVE_ROUNDING);
  const isCompared = (i: number, j: number) => scatter[i] !== scatter[j] && Math.abs(scatter[j] - scatter[i]) >= enough;
  let count = 0;
  for (let i = 0; i < members.length; i++) for (let j = i + 1; j < members.length; j++) if (isCompared(i, j)) count++;
  const first = new Uint32Array(count);
  const second = new Uint32Array(count);
  const order = new Int8Array(count);
  let pair = 0;
  for (let i = 0; i < members.length; i++) {
    for (let j = i + 1; j < members.length; j++) {
      if (!isCompared(i, j)) continue;
      first[pair] = i;
      second[pair] = j;
      order[pair++] = scatter[j] > scatter[i] ? 1 : -1;
    }
  }
  return { family, scatter, accuracy, first, second, order };
}

/**
 * The pairs of candidates that are compared: of one family, with scatters at least `least` apart.
 * Cost: time and memory in proportion to the pairs, 9 bytes each.
 */
export function familyPairs(outcomes: readonly PairedOutcome[], least: number): FamilyPairs[] {
  return [...byFamily(outcomes)].map(([family, members]) => pairsOf(family, members, least));
}
