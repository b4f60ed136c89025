/**
 * p-values adjusted for how many of them there are (Holm 1979): sorted, the k-th smallest of m times m − k + 1, never below the one
 * before, at most 1. Nulls stay null and are not counted.
 */
export function holm(values: readonly (number | null)[]): (number | null)[] {
  const order = values.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = values.map(() => null);
  let least = 0;
  for (const [place, { p, index }] of order.entries()) {
    least = Math.max(least, Math.min(1, p * (order.length - place)));
    adjusted[index] = least;
  }
  return adjusted;
}
