import type { Random } from '../../src/base/random.ts';

/** Neuron → what it is grouped by. */
export interface Keys {
  readonly keyOf: Uint32Array;
  readonly count: number;
}

/** Neurons that agree in both are grouped together; keys are numbered as they first occur. */
export function combineKeys(a: Uint32Array, b: Uint32Array): Keys {
  const numbers = new Map<string, number>();
  const keyOf = Uint32Array.from(a, (first, neuron) => {
    const name = `${first} ${b[neuron]}`;
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  });
  return { keyOf, count: numbers.size };
}

/**
 * The edges of one junction by the keys of their two ends: an edge of the same group as another is drawn, and an edge that gets another
 * left end changes its group, both in constant time. Memory: 20 bytes an edge, about.
 */
export class EdgeGroups {
  readonly #left: Keys;
  readonly #right: Keys;
  readonly #groups = new Map<number, number[]>();
  /** edge → its group, and its place there */
  readonly #groupOf: number[][] = [];
  readonly #place: Uint32Array;

  /** @param sources right-major, `right × fanIn` left neurons */
  constructor(left: Keys, right: Keys, sources: Uint32Array) {
    this.#left = left;
    this.#right = right;
    this.#place = new Uint32Array(sources.length);
    const fanIn = sources.length / right.keyOf.length;
    for (let e = 0; e < sources.length; e++) this.#enter(e, sources[e], Math.floor(e / fanIn));
  }

  /** Any edge of the group of `edge`, itself included, each equally likely. */
  draw(edge: number, random: Random): number {
    const group = this.#groupOf[edge];
    return group[random.below(group.length)];
  }

  /** Takes in that `edge` now joins these neurons. */
  renew(edge: number, left: number, right: number): void {
    const group = this.#groupOf[edge];
    if (group === this.#find(left, right)) return;
    const last = group.pop() as number;
    if (last !== edge) {
      const place = this.#place[edge];
      group[place] = last;
      this.#place[last] = place;
    }
    this.#enter(edge, left, right);
  }

  #find(left: number, right: number): number[] | undefined {
    return this.#groups.get(this.#left.keyOf[left] * this.#right.count + this.#right.keyOf[right]);
  }

  #enter(edge: number, left: number, right: number): void {
    let group = this.#find(left, right);
    if (group === undefined) {
      group = [];
      this.#groups.set(this.#left.keyOf[left] * this.#right.count + this.#right.keyOf[right], group);
    }
    this.#groupOf[edge] = group;
    this.#place[edge] = group.length;
    group.push(edge);
  }
}
