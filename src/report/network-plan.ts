import { shortPercent } from '../base/number-text.ts';
import { plural } from '../base/plural.ts';
import { describeFanOut } from '../pattern/architecture.ts';
import { describeFanOutList } from '../pattern/degree-choice.ts';
import type { FeasibleDegrees } from '../pattern/feasible-degrees.ts';
import type { ChosenDegrees, NetworkPlan, PlannedJunction } from '../study/network-plan.ts';
import { heading, paragraph, percent, shortNumber, type TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

/** Values listed of a junction, and allocations, for people; a document for programs has all. */
const MOST_VALUES = 6;
const MOST_ALLOCATIONS = 15;

const short = (fraction: number) => shortPercent(fraction, 3);

/** Evenly chosen, the first and the last among them, and those that must be. */
function thinned<T>(items: readonly T[], most: number, kept: readonly number[] = []): T[] {
  if (items.length <= most) return [...items];
  const even = Array.from({ length: most }, (_, index) => Math.round((index * (items.length - 1)) / (most - 1)));
  return [...new Set([...even, ...kept])].sort((a, b) => a - b).map((index) => items[index]);
}

/** "16 (1.56 %), 32 (3.13 %), 48 (4.69 %), …, 1024 (100 %): 64 in all" */
function listed(feasible: readonly FeasibleDegrees[], count: number): string {
  const shown = feasible.map(({ fanOut, density }) => `${describeFanOut(fanOut)} (${short(density)})`);
  if (count <= MOST_VALUES) return shown.join(', ');
  return `${shown.slice(0, MOST_VALUES - 1).join(', ')}, …, ${shown[shown.length - 1]}: ${count} in all`;
}

function junctionLines(junction: PlannedJunction, number: number, options: TextOptions): string[] {
  const { left, right, feasible, feasibleCount, balanced } = junction;
  const exact = `Junction ${number}, ${left} to ${right} neurons: fan-out ${listed(feasible, feasibleCount)}.`;
  const { leastFanIn, mostFanIn } = balanced;
  const range = `Balanced: any fan-in from ${leastFanIn} (${short(leastFanIn / left)}) to ${mostFanIn}.`;
  return paragraph(`${exact} ${range}`, options);
}

const times = (dense: number, sparse: number) => {
  const factor = dense / sparse;
  return factor >= 10 ? Math.round(factor).toString() : factor.toFixed(1);
};

/** What the chosen degrees cost beside the fully connected network. */
function savingSentences(chosen: ChosenDegrees): string {
  const { weights, denseWeights, parameters, operations, conv, front, connectedLayers, totalLayers } = chosen;
  const own = `${weights} of ${denseWeights} weights: ${short(chosen.overallDensity)} dense, ${times(denseWeights, weights)} times fewer.`;
  if (front === null) return own;
  const layers = `${plural(totalLayers, 'layer')}, ${connectedLayers} of them connected`;
  const before = `The convolutional layers of ${front} have ${shortNumber(conv.parameters)} parameters and take ${shortNumber(conv.operations)} operations`;
  const whole = `of the whole network (${layers}) ${percent(parameters.reduction, 2)} of the parameters and ${percent(operations.reduction, 2)} of the operations are saved`;
  return `${own} ${before}; ${whole}.`;
}

interface AllocationRow {
  readonly allocation: ChosenDegrees;
  readonly note: string;
}

const allocationColumns: readonly Column<AllocationRow>[] = [
  { title: 'fan-outs', align: 'left', priority: 0, text: ({ allocation }) => describeFanOutList(allocation.fanOuts) },
  {
    title: 'densities',
    align: 'left',
    priority: 0,
    text: ({ allocation }) => allocation.densities.map(short).join(', '),
  },
  { title: 'overall', align: 'right', priority: 1, text: ({ allocation }) => short(allocation.overallDensity) },
  { title: 'weights', align: 'right', priority: 2, text: ({ allocation }) => String(allocation.weights) },
  { title: '', align: 'left', priority: 1, text: ({ note }) => note },
];

function allocationLines({ allocation }: NetworkPlan, options: TextOptions): string[] {
  if (allocation === null) return [];
  const { allocations, recommended, mostEqual, density, tolerance, reason, sampled } = allocation;
  const noteOf = (index: number) =>
    [...(index === recommended ? ['recommended'] : []), ...(index === mostEqual ? ['most equal'] : [])].join(', ');
  const rows = allocations.map((each, index) => ({ allocation: each, note: noteOf(index) }));
  const shown = thinned(rows, MOST_ALLOCATIONS, [recommended, mostEqual]);
  const what = `${plural(allocations.length, 'way')} to spread ${short(density)} over the junctions, none of which wastes edges (within ${short(tolerance)})`;
  const some = shown.length < rows.length ? `; ${shown.length} of them` : '';
  const notAll = sampled ? ' There are too many degrees to look at all of them.' : '';
  return [
    '',
    ...paragraph(`${what}${some}.${notAll}`, options),
    ...tableLines(allocationColumns, shown, options),
    ...paragraph(`Recommended: ${describeFanOutList(allocations[recommended].fanOuts)}. ${reason}`, options),
  ];
}

/** Feasible degrees a junction, what the chosen ones save, and the allocations of an overall density. */
export function networkPlanText(plan: NetworkPlan, options: TextOptions): string {
  const { layers, chosen, junctions, denseWeights } = plan;
  const lines = [heading(`Network ${layers.join('-')}, fully connected ${denseWeights} weights`, options.color)];
  for (const [index, junction] of junctions.entries()) lines.push(...junctionLines(junction, index + 1, options));
  if (chosen !== null) {
    const densities = chosen.densities.map(short).join(', ');
    const fanIns = chosen.fanIns.join(',');
    lines.push(
      '',
      ...paragraph(
        `Chosen: fan-out ${describeFanOutList(chosen.fanOuts)}, fan-in ${fanIns} (${densities}). ${savingSentences(chosen)}`,
        options,
      ),
    );
  }
  lines.push(...allocationLines(plan, options));
  return `${lines.join('\n')}\n`;
}
