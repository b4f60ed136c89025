import { type Architecture, junctionSizes } from '../../src/pattern/architecture.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';

function subsets(items: number, size: number): number[][] {
  if (size === 0) return [[]];
  const result: number[][] = [];
  for (let last = size - 1; last < items; last++) {
    for (const head of subsets(last, size - 1)) result.push([...head, last]);
  }
  return result;
}

/** Every junction with these degrees, exact or balanced, right-major. @param fanOut the mean */
export function allJunctions(left: number, right: number, fanOut: number): Uint32Array[] {
  const fanIn = Math.round((left * fanOut) / right);
  const rows = subsets(left, fanIn);
  const [least, most] = [Math.floor(fanOut), Math.ceil(fanOut)];
  const open = new Array(left).fill(most);
  const chosen: number[][] = [];
  const result: Uint32Array[] = [];
  const extend = () => {
    if (chosen.length === right) {
      if (open.some((edges) => edges > most - least)) return;
      result.push(Uint32Array.from(chosen.flat()));
      return;
    }
    const rowsLeft = right - chosen.length - 1;
    for (const row of rows) {
      if (row.some((k) => open[k] === 0)) continue;
      for (const k of row) open[k]--;
      chosen.push(row);
      if (open.every((edges) => edges - (most - least) <= rowsLeft)) extend();
      chosen.pop();
      for (const k of row) open[k]++;
    }
  };
  extend();
  return result;
}

/** Every pattern of a tiny architecture. */
export function* allPatterns(architecture: Pick<Architecture, 'layers' | 'fanOuts'>): Generator<Pattern> {
  const choices = junctionSizes(architecture).map(({ left, right, fanOut }) => allJunctions(left, right, fanOut));
  const place = choices.map(() => 0);
  for (;;) {
    yield makePattern(
      architecture,
      choices.map((junctions, i) => junctions[place[i]]),
    );
    let i = 0;
    while (i < place.length && ++place[i] === choices[i].length) place[i++] = 0;
    if (i === place.length) return;
  }
}
