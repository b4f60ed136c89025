import { unwrap } from '../base/failure.ts';
import { junctionSizes } from '../pattern/architecture.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import type { StudyRecord } from '../store/index.ts';
import { strategyAsked, strategyOf } from '../study/portfolio.ts';
import { type StudySettings, storedSettings } from '../study/settings.ts';
import { DEFAULT_INIT } from '../training/settings.ts';
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
  readonly islands?: number;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function architectureDiffers(options: ResumeOptions, { architecture }: StudySettings): boolean {
  const { net, layers, fanOut, fanIn, density, degrees, shapes, usedInputs, usedOutputs } = options;
  const typed = [net, layers, fanOut, fanIn, density, degrees, shapes, usedInputs, usedOutputs];
  if (typed.every((value) => value === undefined)) return false;
  if (net !== undefined) return !same(architectureFrom(options).architecture, architecture);
  if (layers !== undefined && !same(layers, architecture.layers)) return true;
  const isTyped = fanOut !== undefined || fanIn !== undefined || density !== undefined;
  const ownFanIn = junctionSizes(architecture).map((size) => size.fanIn);
  if (!isTyped && degrees === 'exact' && !architecture.fanOuts.every(Number.isInteger)) return true;
  const own = {
    layers: [...architecture.layers],
    ...{ fanOut, density, degrees },
    fanIn: isTyped ? fanIn : ownFanIn,
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
  const { metric, windows, spans, name, strategy, rankBy, untilOptimal, target, seed, islands } = options;
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
    ['--islands', islands !== undefined && islands !== settings.islands.length],
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

/** What a validation's plan decides, as typed beside --resume. */
export interface PlanOptions extends ResumeOptions {
  readonly margin?: number;
  readonly candidates?: number;
  readonly seeds?: number;
  readonly twins?: number;
  readonly adaptive?: boolean;
  readonly topOnly?: boolean;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly optimizer?: string;
  readonly learningRate?: number;
  readonly decay?: number;
  readonly momentum?: number;
  readonly l2?: number;
  readonly init?: string;
  readonly fastMath?: boolean;
  readonly front?: string;
  readonly freezeFront?: string;
  readonly frontEpochs?: number;
  readonly frontSeed?: number;
  readonly budget?: unknown;
  /** 'morse' where nothing was typed, as engine and backend are 'auto' */
  readonly data?: string;
  readonly engine?: string;
  readonly backend?: string;
}

/** A value that is also the option's default may not have been typed at all. */
const unless = (untyped: string, value: string | undefined) => (value === untyped ? undefined : value);

/** Options of a plan, what is typed and what the plan has. */
function planned(given: PlanOptions, { validation, training }: StudySettings): [string, unknown, unknown][] {
  const trained = training?.settings;
  return [
    ['--margin', given.margin, validation?.margin],
    ['--candidates', given.candidates, training?.candidates],
    // without --seeds every third candidate is trained twice, and no number asks for that
    ['--seeds', given.seeds, validation?.everyThird === training?.seeds ? training?.seeds : 'every third twice'],
    ['--twins', given.twins, validation?.twins],
    ['--adaptive', given.adaptive, validation?.adaptive ?? false],
    ['--top-only', given.topOnly, validation?.topOnly],
    ['--epochs', given.epochs, trained?.epochs],
    ['--batch-size', given.batchSize, trained?.batchSize],
    ['--optimizer', given.optimizer, trained?.optimizer],
    ['--learning-rate', given.learningRate, trained?.learningRate],
    ['--decay', given.decay, trained?.learningRateDecay],
    ['--momentum', given.momentum, trained?.momentum],
    ['--l2', given.l2, trained?.l2],
    ['--init', given.init, trained?.init ?? DEFAULT_INIT],
    ['--fast-math', given.fastMath, trained?.fastMath ?? false],
    ['--front', unless('auto', given.front), trained?.front ?? 'none'],
    ['--freeze-front', given.freezeFront, trained?.frozenFront?.trainedWith ?? 'no'],
    ['--front-epochs', given.frontEpochs, trained?.frozenFront?.epochs],
    ['--front-seed', given.frontSeed, trained?.frozenFront?.seed ?? 'one a seed'],
    // of a time, the plan has made a number of candidates
    ['--budget', given.budget === undefined ? undefined : 'a time', `${training?.candidates} candidates`],
    ['--data', unless('morse', given.data), training?.dataset],
    ['--engine', unless('auto', given.engine), training?.engine],
    ['--backend', unless('auto', given.backend), training?.backend],
  ];
}

/** A validation goes on by the plan that it stored before its first training: options may only repeat it. @throws UsageError */
export function refuseOtherPlan(given: PlanOptions, study: StudyRecord): void {
  const settings = unwrap(storedSettings(study));
  refuseConflicts(given, study);
  const others = planned(given, settings).filter(([, asked, own]) => asked !== undefined && asked !== own);
  if (others.length === 0) return;
  const told = others.map(([flag, asked, own]) => `${flag} ${asked} (it has ${own})`).join(' and ');
  throw new UsageError(
    `study ${study.name} goes on with its own plan, which ${told} would change`,
    'Leave that out, or start a new study.',
  );
}
