import type { ArchitectureRequest } from '../../pattern/architecture.ts';
import { networkPlanText } from '../../report/network-plan.ts';
import { type NetworkPlan, planNetwork } from '../../study/network-plan.ts';
import { paperNetwork } from '../../training/networks.ts';
import type { FrontName } from '../../training/trainer.ts';
import { type ArchitectureOptions, architectureFrom, layersFrom } from '../architecture-options.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { UsageError } from '../errors.ts';

interface PlanCommandOptions extends GlobalOptions, ArchitectureOptions {
  readonly allocate?: boolean;
  readonly tolerance?: number;
  readonly front?: FrontName | 'none';
  readonly json?: boolean;
}

/** The fan-outs that the same options give every other command; null where none are said, or an equal density is not feasible. */
function fanOutsFor(options: PlanCommandOptions, base: ArchitectureRequest | null): readonly number[] | undefined {
  const { fanOut, fanIn, density, allocate } = options;
  if (allocate || (base === null && fanOut === undefined && fanIn === undefined && density === undefined))
    return undefined;
  try {
    return architectureFrom(options).architecture.fanOuts;
  } catch (error) {
    // What cannot be equally dense can still be allocated.
    if (density?.length === 1 && error instanceof RangeError) return undefined;
    throw error;
  }
}

function planFrom(options: PlanCommandOptions): NetworkPlan {
  const { density, tolerance, degrees, allocate } = options;
  const { layers, base } = layersFrom(options);
  const overallDensity = density?.length === 1 ? density[0] : undefined;
  if (allocate && overallDensity === undefined) {
    throw new UsageError('--allocate spreads one overall density', 'Give it: --density 12.5% --allocate.');
  }
  if (tolerance !== undefined && overallDensity === undefined) {
    throw new UsageError('--tolerance is that of one overall density', 'Give it: --density 12.5%.');
  }
  const { front = paperNetwork(options.net)?.front ?? 'none' } = options;
  return planNetwork({
    ...{ layers, degrees, tolerance, overallDensity },
    ...{ fanOuts: fanOutsFor(options, base), front: front === 'none' ? null : front },
  });
}

export function planAction(options: PlanCommandOptions): void {
  const context = makeContext(options);
  const made = planFrom(options);
  if (options.json) printJson(context, made);
  else context.print(networkPlanText(made, context.text).trimEnd());
}
