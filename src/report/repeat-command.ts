import { basename } from 'node:path';
import { shellWord } from '../base/shell-word.ts';
import { type Architecture, junctionSizes } from '../pattern/architecture.ts';
import type { Constraints } from '../pattern/constraints/constraints.ts';
import type { EntryOptions } from '../pattern/entries.ts';
import type { StudyRecord } from '../store/index.ts';
import { defaultIslands, usualIslands } from '../study/portfolio.ts';
import type { StudySettings } from '../study/settings.ts';
import { decimal, flag, option, trainingOptions } from './command-words.ts';

/** A command that makes a study's plan and patterns again, and what it cannot say. */
export interface RepeatCommand {
  readonly command: string;
  /** "the explicit windows": what needs a file or a program that the command does not name */
  readonly missing: readonly string[];
}

/** By fan-out where degrees are exact; balanced ones are determined by the fan-in. */
const degreeOption = (architecture: Architecture) =>
  architecture.fanOuts.every(Number.isInteger)
    ? option('fan-out', architecture.fanOuts.join(','))
    : option(
        'fan-in',
        junctionSizes(architecture)
          .map(({ fanIn }) => fanIn)
          .join(','),
      );

function networkOptions({ architecture, metric, entries }: StudySettings): string[] {
  const { layers, shapes, usedInputs, usedOutputs } = architecture;
  const isShaped = shapes.some((shape) => shape.length > 1);
  const { windows = 'integral', spans = 'io' }: EntryOptions = entries;
  return [
    ...option('layers', layers.join(',')),
    ...degreeOption(architecture),
    ...option('shapes', isShaped ? shapes.map((shape) => shape.join('x')).join(',') : undefined),
    ...option('used-inputs', usedInputs === layers[0] ? undefined : usedInputs),
    ...option('used-outputs', usedOutputs === layers.at(-1) ? undefined : usedOutputs),
    ...option('metric', metric === 'indicator' ? undefined : metric),
    ...option('windows', windows === 'balanced' ? windows : undefined),
    ...option('spans', spans === 'io' ? undefined : spans),
  ];
}

const listed = (values: readonly (string | number | null)[]) => values.map((value) => value ?? '-').join(',');

function constraintOptions({ parallelism, structure, distinctNeighbourhoods }: Constraints): string[] {
  return [
    ...option('parallelism', parallelism === undefined ? undefined : listed(parallelism)),
    ...option(
      'nm',
      structure === undefined ? undefined : listed(structure.map((own) => (own === null ? null : `${own.n}:${own.m}`))),
    ),
    ...flag(
      'nm-transposable',
      structure?.some((own) => own?.transposable === true),
    ),
    ...flag('distinct', distinctNeighbourhoods),
  ];
}

/** What no option says: it was read from a file of the user's. */
function missingOf({ entries, constraints, islands }: StudySettings): string[] {
  const { windows } = entries;
  return [
    ...(windows !== undefined && typeof windows !== 'string' ? ['explicit windows (--windows FILE)'] : []),
    ...(constraints?.forbidden !== undefined || constraints?.forced !== undefined
      ? ['forbidden and forced edges (--edges FILE)']
      : []),
    ...(islands.some(({ file }) => file !== undefined) ? ['the files of your own strategies'] : []),
  ];
}

function validateArguments(settings: StudySettings): string[] {
  const { training, validation, seed, constraints = {} } = settings;
  if (training === null || validation === undefined) return [];
  const { margin, topOnly, everyThird, twins, planned } = validation;
  return [
    'validate',
    ...networkOptions(settings),
    ...constraintOptions(constraints),
    ...option('data', training.dataset),
    ...trainingOptions(training.settings, training.engine, training.backend),
    ...option('candidates', planned.length),
    ...option('seeds', everyThird === training.seeds ? training.seeds : undefined),
    ...option('margin', decimal(margin)),
    ...flag('top-only', topOnly),
    ...option('twins', twins),
    ...option('seed', seed),
  ];
}

function searchArguments(settings: StudySettings, evaluated: number): string[] {
  const { islands, budget, keep, order, target, untilOptimal, patience, seed, constraints = {} } = settings;
  const isDefault = JSON.stringify(islands) === JSON.stringify(defaultIslands(target, islands.length));
  const asked = [
    ...new Set(islands.map(({ strategy, file }) => (file === undefined ? strategy : `./${basename(file.path)}`))),
  ];
  const usual = usualIslands(target, isDefault ? null : asked.length);
  return [
    'search',
    ...networkOptions(settings),
    ...constraintOptions(constraints),
    ...option('strategy', isDefault ? undefined : asked.join(',')),
    ...option('islands', islands.length === usual ? undefined : islands.length),
    // A budget by time ends elsewhere on another machine; by number the same candidates come again.
    ...option('budget', budget.kind === 'candidates' ? budget.candidates : Math.max(1, evaluated)),
    ...option('top', keep),
    ...option('rank-by', order.length === 0 ? undefined : order.join(',')),
    ...option('target', target === null ? undefined : decimal(target)),
    ...flag('until-optimal', untilOptimal),
    ...option('patience', patience),
    ...option('seed', seed),
  ];
}

/** How to make a study's plan, or its search, again. Null for a study of one pattern from a file. */
export function repeatCommand(study: StudyRecord, settings: StudySettings | null): RepeatCommand | null {
  if (settings === null) return null;
  const words =
    settings.validation === undefined ? searchArguments(settings, study.evaluated) : validateArguments(settings);
  return { command: ['scattershot', ...words].map(shellWord).join(' '), missing: missingOf(settings) };
}
