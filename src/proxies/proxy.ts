import { InvalidValueError } from '../base/caller-errors.ts';
import { type Architecture, describeArchitecture, type JunctionSize, junctionSizes } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';

/** Which values of a proxy its source takes for better. */
export type Better = 'higher' | 'lower';

export interface Measurement {
  /** of the whole pattern; null where it was left out, see `reason` */
  readonly value: number | null;
  /** junction by junction, null where left out; empty where the proxy is one of the whole network */
  readonly junctions: readonly (number | null)[];
  /** why something was left out: one sentence; else null */
  readonly reason: string | null;
}

/** What a rival of scatter says of a pattern, from the pattern alone. */
export interface PatternProxy {
  /** kebab-case, as typed on the command line */
  readonly name: string;
  readonly summary: string;
  /** where it is from, and where this departs from it */
  readonly source: string;
  /** what the source takes for better: a claim that is measured here, not assumed */
  readonly better: Better;
  /** unit and range of the value */
  readonly unit: string;
  readonly cost: string;
  /** unchanged when neurons are renumbered: it says something about the network, not about its labels */
  readonly invariant: boolean;
  /** @throws RangeError when pattern and architecture are not of the same sizes */
  measure(pattern: Pattern, architecture: Architecture): Measurement;
  /** `measure(…).value` */
  compute(pattern: Pattern, architecture: Architecture): number | null;
}

function requireSameSizes(pattern: Pattern, architecture: Architecture): void {
  const [got, expected] = [describeArchitecture(pattern), describeArchitecture(architecture)];
  if (got !== expected) throw new InvalidValueError(`a proxy got a pattern of ${got}; expected ${expected}`);
}

export function defineProxy(definition: Omit<PatternProxy, 'compute'>): PatternProxy {
  const measure = (pattern: Pattern, architecture: Architecture): Measurement => {
    requireSameSizes(pattern, architecture);
    return definition.measure(pattern, architecture);
  };
  return { ...definition, measure, compute: (pattern, architecture) => measure(pattern, architecture).value };
}

/**
 * Whether the degrees leave only one graph, up to the neurons' numbers: stars (fan-out or fan-in 1), dense, or the complement of
 * stars. Nothing invariant can tell two patterns of such a junction apart.
 */
export function isSettledByDegrees({ left, right, fanOut, fanIn }: JunctionSize): boolean {
  return Math.min(fanOut, right - fanOut, fanIn, left - fanIn) <= 1;
}

/**
 * The worst junction's value. Junctions that their degrees settle are passed over, since they would hide what the others say,
 * unless all are such. Null when one that counts was left out: a minimum over fewer junctions is another quantity.
 */
export function worstJunction(
  junctions: readonly JunctionSize[],
  values: readonly (number | null)[],
  better: Better,
): number | null {
  const open = values.filter((_, i) => !isSettledByDegrees(junctions[i]));
  const counted = open.length > 0 ? open : values;
  if (counted.includes(null)) return null;
  return (better === 'higher' ? Math.min : Math.max)(...(counted as number[]));
}

/** A junction's value, or why it was left out. */
export type JunctionMeasure = (sources: Uint32Array, size: JunctionSize, architecture: Architecture) => number | string;

/** A proxy that looks at junctions one by one and takes the worst. */
export function junctionProxy(
  definition: Omit<PatternProxy, 'compute' | 'measure'>,
  of: JunctionMeasure,
): PatternProxy {
  return defineProxy({
    ...definition,
    measure: (pattern, architecture) => {
      const sizes = junctionSizes(pattern);
      const results = sizes.map((size, i) => of(pattern.junctions[i], size, architecture));
      const junctions = results.map((result) => (typeof result === 'number' ? result : null));
      const reason = results.find((result) => typeof result === 'string') ?? null;
      return { value: worstJunction(sizes, junctions, definition.better), junctions, reason };
    },
  });
}
