/** A part of the screen that wants lines. */
export interface Claim<Id extends string = string> {
  readonly id: Id;
  /** has its lines before any that is not */
  readonly main: boolean;
  /** fewer lines than this are of no use: then it gets none */
  readonly least: number;
  /** lines to have before those after it grow */
  readonly wish: number;
  /** more lines than this are of no use */
  readonly most: number;
}

/**
 * Shares `height` lines out, the more important claims first. Of the main ones, then of the others: each its least while
 * there is room, then each its wish. What is left goes to all of them, one line each and again, up to their most. Never more
 * than `height` in all.
 */
export function shareLines<Id extends string>(claims: readonly Claim<Id>[], height: number): ReadonlyMap<Id, number> {
  const lines = new Map<Id, number>();
  let left = Math.max(0, Math.floor(height));
  const grow = ({ id }: Claim<Id>, to: number) => {
    const has = lines.get(id) ?? 0;
    const more = Math.max(0, Math.min(to - has, left));
    if (more > 0) lines.set(id, has + more);
    left -= more;
    return more > 0;
  };
  for (const group of [claims.filter(({ main }) => main), claims.filter(({ main }) => !main)]) {
    for (const claim of group)
      if (Math.min(claim.least, claim.most) <= left) grow(claim, Math.min(claim.least, claim.most));
    for (const claim of group) if (lines.has(claim.id)) grow(claim, Math.min(claim.wish, claim.most));
  }
  const growing = claims.filter(({ id }) => lines.has(id));
  const growByOneLine = () =>
    growing.map((claim) => grow(claim, Math.min(claim.most, (lines.get(claim.id) ?? 0) + 1))).some((grew) => grew);
  while (left > 0 && growByOneLine());
  return lines;
}
