import { basename } from 'node:path';
import { ScattershotError, unwrap } from '../../base/failure.ts';
import { readInput } from '../../base/input-file.ts';
import { Random } from '../../base/random.ts';
import { planTextLines, tableText, validationJson, validationText } from '../../report/validation.ts';
import type { Budget } from '../../search/events.ts';
import type { Store, StudyRecord } from '../../store/index.ts';
import { ownProxies } from '../../study/own-proxies.ts';
import type { StudySettings } from '../../study/settings.ts';
import { planStudy, resumeStudy, type StudyOutcome, startStudy } from '../../study/start-study.ts';
import { trainingPlan } from '../../study/training-plan.ts';
import { candidatesWithin } from '../../study/validation-budget.ts';
import { storedValidation } from '../../study/validation-result.ts';
import { validationSettings } from '../../study/validation-settings.ts';
import { judgeTable } from '../../validation/judge-table.ts';
import { readTrainedTable } from '../../validation/table.ts';
import { type ArchitectureOptions, architectureFrom, degreesTaken, entryOptionsFrom } from '../architecture-options.ts';
import { type ConstraintOptions, typedConstraints } from '../constraint-options.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { detach } from '../detach.ts';
import { EXIT, UsageError } from '../errors.ts';
import { names } from '../parse.ts';
import { refuseOtherPlan } from '../resume-conflicts.ts';
import { runWatched } from '../run-watched.ts';
import { withStore } from '../stores.ts';
import { reportAtEnd } from '../study-report.ts';
import { type TrainingOptions, trainingRequestFrom } from '../training-options.ts';

interface ValidateOptions
  extends GlobalOptions,
    ArchitectureOptions,
    ConstraintOptions,
    Omit<TrainingOptions, 'seeds'> {
  readonly seeds?: number;
  readonly name?: string;
  readonly candidates?: number;
  readonly margin?: number;
  readonly topOnly?: boolean;
  readonly adaptive?: boolean;
  readonly twins?: number;
  readonly budget?: Budget;
  readonly plan?: boolean;
  readonly resume?: string;
  readonly table?: string;
  readonly proxy?: string[];
  readonly family?: string;
  readonly stratum?: string;
  readonly given?: string[];
  readonly randomLevel?: number;
  readonly top?: number;
  readonly json?: boolean;
}

export async function validateAction(given: ValidateOptions): Promise<void> {
  const context = makeContext(given);
  if (given.table !== undefined) return judge(given.table, given, context);
  if (context.run.detach) return detach(context);
  const alone = (['family', 'stratum', 'given', 'randomLevel', 'top'] as const).find(
    (name) => given[name] !== undefined,
  );
  if (alone !== undefined) {
    const flag = `--${alone.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(`${flag} is for a table that others measured`, 'Give --table FILE.csv with it.');
  }
  if (given.resume !== undefined && given.proxy !== undefined)
    throw new UsageError(
      '--proxy is part of a plan, and a plan cannot be changed',
      'Leave it out, or begin a new study.',
    );
  await withStore(context, 'write', async (store) => {
    const run = { context, store, command: 'validate' } as const;
    const print = async ({ study, status }: StudyOutcome) => {
      if (status !== 'finished') return;
      printResult(study, given, context);
      await reportAtEnd(store, study, context);
    };
    if (given.resume !== undefined) {
      const study = unwrap(store.getStudy(given.resume));
      if (study.kind !== 'validate')
        throw new UsageError(
          `study ${study.name} is not a validation (kind: ${study.kind})`,
          'See: scattershot studies',
        );
      refuseOtherPlan(given, study);
      if (study.status === 'finished') return printResult(study, given, context);
      return runWatched(run, (host) => resumeStudy(study, host), print);
    }
    const settings = await settingsFrom(given, store, context);
    const name = given.name ?? null;
    if (!given.plan) return runWatched(run, (host) => startStudy(settings, name, host), print);
    return runWatched(
      run,
      (host) => planStudy(settings, name, host),
      (outcome) => printPlan(outcome, given, context),
    );
  });
}

async function settingsFrom(given: ValidateOptions, store: Store, context: Context): Promise<StudySettings> {
  const { architecture, baseName } = architectureFrom(given);
  for (const line of degreesTaken(given, architecture)) context.say(line);
  const { windows, spans } = entryOptionsFrom(given);
  const training = trainingRequestFrom(given);
  const { dataset, engine = 'auto', backend = 'auto', trainer } = training;
  const plan = unwrap(await trainingPlan({ architecture, ...training, network: baseName }, context));
  const choices = {
    ...{ metric: given.metric, windows, spans, constraints: typedConstraints(given, architecture) },
    ...{
      candidates: given.candidates,
      seeds: given.seeds,
      margin: given.margin,
      topOnly: given.topOnly,
      adaptive: given.adaptive,
      twins: given.twins,
    },
    seed: context.seed,
    proxies: unwrap(await ownProxies((given.proxy ?? []).flatMap((text) => names(text)))),
  };
  const trained = { dataset, settings: plan.settings, engine, backend, ...(trainer && { trainer }) };
  const candidates =
    given.budget === undefined
      ? choices.candidates
      : unwrap(await candidatesWithin(given.budget, plan, choices.seeds, context));
  return unwrap(validationSettings(architecture, trained, { ...choices, candidates }, baseName, store.listStudies()));
}

function printPlan({ study, plan }: StudyOutcome, given: ValidateOptions, context: Context): void {
  if (plan === null) return;
  if (given.json) {
    printJson(context, { study: study.name, id: study.id, plan });
    return;
  }
  context.print(planTextLines(plan, context.text).trimEnd());
  context.say(`\nTrain it with: scattershot validate --resume ${study.name}`);
}

function printResult(study: StudyRecord, given: ValidateOptions, context: Context): void {
  const result = unwrap(storedValidation(study));
  if (given.json) printJson(context, validationJson(result));
  else context.print(validationText(result, context.text).trimEnd());
}

async function judge(path: string, given: ValidateOptions, context: Context): Promise<void> {
  const bytes = unwrap(await readInput(path));
  const table = readTrainedTable(bytes.toString('utf8'));
  if (!table.ok) throw new ScattershotError({ ...table, message: `cannot read ${path} as a table: ${table.message}` });
  const [proxy, another] = given.proxy ?? [];
  if (another !== undefined) throw new UsageError('one column of a table is judged at a time', 'Give --proxy once.');
  const { family, stratum, given: columns, randomLevel, top, margin } = given;
  const request = Object.fromEntries(
    Object.entries({ proxy, family, stratum, given: columns, randomLevel, top, margin }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const judged = judgeTable(table.value, request, { random: Random.fromSeed(context.seed) });
  if (!judged.ok) throw new ScattershotError({ ...judged, message: `${path}: ${judged.message}` });
  const finding = judged.value;
  if (given.json) {
    const strata = finding.strata.map(({ questions, ...rest }) => ({
      ...rest,
      questions: questions.map(({ families, agreement: _, gain90: __, ...question }) => ({
        ...question,
        families: families.length,
      })),
    }));
    return printJson(context, { table: path, ...finding, strata });
  }
  context.print(tableText(basename(path), finding, context.text).trimEnd());
  process.exitCode = EXIT.ok;
}
