import { type JunctionSize, junctionSizes } from '../../src/pattern/architecture.ts';
import { cellsOf, type JunctionRules, sharesVary } from '../../src/pattern/constraints/rules.ts';
import { type Direction, windowsOf } from '../../src/pattern/entries.ts';
import type { Problem } from '../../src/search/strategy.ts';
import { rulesOf } from '../constraints/constrained-problem.ts';
import { combineKeys, type Keys } from './edge-groups.ts';

/** By what neurons of one side of a junction are distinguished. */
interface SideKeys {
  /** by the windows of the junction's own entry, within the cells */
  readonly blocks: Keys;
  /** by what constraints distinguish; one key where none do */
  readonly cells: Keys;
}

export interface JunctionKeys {
  readonly size: JunctionSize;
  readonly rules: JunctionRules | undefined;
  readonly left: SideKeys;
  readonly right: SideKeys;
  /** right neurons by the cycle that reads their first edge, where a parallelism lets those of one cycle exchange any edges; else null */
  readonly cycles: Keys | null;
}

/** Neuron → its window in the junction's own entry; windows that overlap, or leave neurons out, count as one. */
function windowOfNeurons(problem: Problem, junction: number, direction: Direction, neurons: number): Uint32Array {
  return windowsOf(problem.entries, junction, direction)?.partition ?? new Uint32Array(neurons);
}

function sideKeys(windows: Uint32Array, classOf: Uint32Array | undefined, classes: number): SideKeys {
  const cells = { keyOf: classOf ?? new Uint32Array(windows.length), count: classes };
  return { blocks: combineKeys(windows, cells.keyOf), cells };
}

function cycleKeys({ size, parallelism }: JunctionRules): Keys {
  const z = parallelism ?? 1;
  const keyOf = Uint32Array.from({ length: size.right }, (_, j) => Math.floor((j * size.fanIn) / z));
  return { keyOf, count: Math.ceil(size.edges / z) };
}

/** Of every junction. @throws RangeError for constraints that do not fit the architecture */
export function junctionKeys(problem: Problem): JunctionKeys[] {
  const rules = rulesOf(problem);
  return junctionSizes(problem.architecture).map((size) => {
    const own = rules[size.number - 1];
    const cells = own === undefined ? null : cellsOf(own);
    const left = windowOfNeurons(problem, size.number, 'forward', size.left);
    const right = windowOfNeurons(problem, size.number, 'backward', size.right);
    return {
      size,
      rules: own,
      left: sideKeys(left, cells?.leftClass, cells?.leftClasses ?? 1),
      right: sideKeys(right, cells?.rightClass, cells?.rightClasses ?? 1),
      cycles: own !== undefined && sharesVary(own) ? cycleKeys(own) : null,
    };
  });
}
