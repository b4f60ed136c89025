import type { StudyRecord } from '../store/index.ts';
import type { StudySettings } from '../study/settings.ts';
import { type ArchitectureOptions, architectureFrom, entryOptionsFrom } from './architecture-options.ts';
import { UsageError } from './errors.ts';

/** What a user may give with --resume that belongs to the study: right if it says what the study says. */
export interface ResumeOptions extends ArchitectureOptions {
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
  if (net !== undefined || layers !== undefined) return !same(architectureFrom(options).architecture, architecture);
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

/** The options that ask for something else than the study's own settings. */
function conflicts(options: ResumeOptions, study: StudyRecord, settings: StudySettings): string[] {
  const { metric, windows, spans, name, strategy, rankBy, untilOptimal, target, seed } = options;
  const entries = entryOptionsFrom({ windows, spans });
  const strategies = [...new Set(settings.islands.map((island) => island.strategy))];
  const differs: [string, boolean][] = [
    ['the network', architectureDiffers(options, settings)],
    ['--metric', metric !== undefined && metric !== settings.metric],
    ['--windows', windows !== undefined && !same(entries.windows, settings.entries.windows)],
    ['--spans', spans !== undefined && spans !== settings.entries.spans],
    ['--name', name !== undefined && name !== study.name],
    ['--strategy', strategy !== undefined && !same(strategy, strategies)],
    ['--rank-by', rankBy !== undefined && !same(rankBy, settings.order)],
    ['--until-optimal', untilOptimal === true && !settings.untilOptimal],
    ['--target', target !== undefined && target !== settings.target],
    ['--seed', seed !== undefined && seed !== settings.seed],
  ];
  return differs.flatMap(([what, differ]) => (differ ? [what] : []));
}

/** A resumed study goes on by its own settings; an option that asks for others is a misunderstanding. @throws UsageError */
export function refuseConflicts(options: ResumeOptions, study: StudyRecord): void {
  const found = conflicts(options, study, study.settings as StudySettings);
  if (found.length === 0) return;
  throw new UsageError(
    `study ${study.name} goes on with its own settings, and ${found.join(' and ')} differ${found.length === 1 ? 's' : ''} from them`,
    'Leave that out, or start a new study.',
  );
}
