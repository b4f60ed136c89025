import { unwrap } from '../base/failure.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import type { StudyRecord } from '../store/index.ts';
import { strategyAsked, strategyOf } from '../study/portfolio.ts';
import { type StudySettings, storedSettings } from '../study/settings.ts';
import { type ArchitectureOptions, architectureFrom, entryOptionsFrom } from './architecture-options.ts';
import { type ConstraintOptions, typedConstraints } from './constraint-options.ts';
import { UsageError } from './errors.ts';

/** Options that go together with --resume only where they agree with the study's own settings. */
export interface ResumeOptions extends ArchitectureOptions, ConstraintOptions {
  readonly name?: string;
  readonly strategy?: string[];
  readonly rankBy?: string[];
  readonly untilOptimal?: boolean;
  readonly target?: number;
  readonly seed?: number;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function architectureDiffers(options: ResumeOptions, { architecture }: StudySettings): boolean {
  const { net, layers, fanOut, density, shapes, usedInputs, usedOutputs } = options;
  if ([net, layers, fanOut, density, shapes, usedInputs, usedOutputs].every((value) => value === undefined))
    return false;
  if (net !== undefined) return !same(architectureFrom(options).architecture, architecture);
  if (layers !== undefined && !same(layers, architecture.layers)) return true;
  const own = {
    layers: [...architecture.layers],
    fanOut: fanOut ?? (density === undefined ? [...architecture.fanOuts] : undefined),
    density,
    shapes: shapes ?? [...architecture.shapes],
    usedInputs: usedInputs ?? architecture.usedInputs,
    usedOutputs: usedOutputs ?? architecture.usedOutputs,
  };
  return !same(architectureFrom(own).architecture, architecture);
}

const constrainsNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  (Array.isArray(value) && value.every((item) => constrainsNothing(item)));

/** Which options ask for other constraints than the study's own of the same kind. */
function constraintConflicts(options: ResumeOptions, settings: StudySettings): [string, boolean][] {
  const typed = typedConstraints(options, settings.architecture);
  const own = settings.constraints;
  /** An empty list and none at all are the same. */
  const normal = (value: unknown) => (constrainsNothing(value) ? null : value);
  const differs = (key: keyof Constraints) =>
    typed?.[key] !== undefined && !same(normal(typed[key]), normal(own?.[key]));
  return [
    ['--parallelism', differs('parallelism')],
    ['--nm', differs('structure')],
    ['--edges', differs('forbidden') || differs('forced')],
    ['--distinct', differs('distinctNeighbourhoods')],
  ];
}

/** The options that ask for something else than the study's own settings. */
function conflicts(options: ResumeOptions, study: StudyRecord, settings: StudySettings): string[] {
  const { metric, windows, spans, name, strategy, rankBy, untilOptimal, target, seed } = options;
  const entries = entryOptionsFrom({ windows, spans });
  const strategies = [...new Set(settings.islands.map(strategyOf))];
  const differs: [string, boolean][] = [
    ['the network', architectureDiffers(options, settings)],
    ['--metric', metric !== undefined && metric !== settings.metric],
    ['--windows', windows !== undefined && !same(entries.windows, settings.entries.windows)],
    ['--spans', spans !== undefined && spans !== settings.entries.spans],
    ['--name', name !== undefined && name !== study.name],
    ['--strategy', strategy !== undefined && !same(strategy.map(strategyAsked), strategies)],
    ['--rank-by', rankBy !== undefined && !same(rankBy, settings.order)],
    ['--until-optimal', untilOptimal === true && !settings.untilOptimal],
    ['--target', target !== undefined && target !== settings.target],
    ['--seed', seed !== undefined && seed !== settings.seed],
    ...constraintConflicts(options, settings),
  ];
  return differs.flatMap(([what, differ]) => (differ ? [what] : []));
}

/** A resumed study goes on by its own settings; an option that asks for others is a misunderstanding. @throws UsageError */
export function refuseConflicts(options: ResumeOptions, study: StudyRecord): void {
  const found = conflicts(options, study, unwrap(storedSettings(study)));
  if (found.length === 0) return;
  throw new UsageError(
    `study ${study.name} goes on with its own settings, and ${found.join(' and ')} differ${found.length === 1 ? 's' : ''} from them`,
    'Leave that out, or start a new study.',
  );
}
