import { availableParallelism } from 'node:os';
import { InvalidValueError } from '../base/caller-errors.ts';
import type { Store } from '../store/index.ts';
import { defaultCacheFolder } from '../study/cache-folder.ts';
import type { StudyEvent, StudyListener } from '../study/events.ts';
import type { StudyHost } from '../study/host.ts';
import { RandomPatternTrainer } from '../study/random-trainings.ts';
import { withTemporaryStore } from '../study/run-study.ts';
import { EXAMPLE_NOTE, fig4Findings, fig6Findings } from './example.ts';
import { fig1 } from './fig1.ts';
import { fig2 } from './fig2.ts';
import { fig3 } from './fig3.ts';
import type { FigurePart, Findings, PaperPlot, TrainedFigure } from './figure.ts';
import { linkFindings, linkNotes } from './link.ts';
import type { PaperClaim } from './paper-claim.ts';
import { type PaperScale, SMOKE_NOTE, scales, seedsAt } from './scale.ts';
import { table1Claims, table1Plot } from './table1.ts';
import { table2Claims, table2Plot } from './table2.ts';
import { type Target, targets } from './targets.ts';
import { accuracyOf, type TrainedNetwork } from './trained-network.ts';

/** How much is trained, and where; whatever is left out has a default. */
export interface ReproduceOptions {
  /** default 'small' */
  readonly scale?: PaperScale;
  /** one part of a figure alone: '2cl' or '3cl' of fig1, 'conv' or 'cl' of fig2, 'equal', 'split-25' or 'split-50' of fig3 */
  readonly part?: string;
  /** trainings of each network; default: 2 at smoke scale, 4 at small, 5 at paper. `link` has its own plan */
  readonly seeds?: number;
  /** keeps the trainings, opened for writing: what it has is not trained again. Default: nothing is kept */
  readonly store?: Store;
  /** threads that train; default: one a core */
  readonly workers?: number;
  /** holds datasets/; default: cache/ of the working directory, or of SCATTERSHOT_HOME */
  readonly cacheFolder?: string;
  /** default 'auto' */
  readonly engine?: string;
  readonly backend?: string;
  /** ends it early, with what there is */
  readonly signal?: AbortSignal;
  readonly onEvent?: StudyListener;
  /** hears what is begun and what was found, a sentence each */
  readonly onProgress?: (text: string) => void;
}

/** What a table or figure of the paper comes to. */
export interface Reproduction {
  readonly target: Target;
  readonly scale: PaperScale;
  /** null: all of it */
  readonly part: string | null;
  /** 'interrupted': what was trained is in the store, and the same call goes on with it */
  readonly status: 'finished' | 'interrupted';
  readonly claims: readonly PaperClaim[];
  readonly plots: readonly PaperPlot[];
  /** what this scale leaves out or replaces */
  readonly notes: readonly string[];
  /** of each network, or for `link` the most of one candidate; 0 where nothing is trained */
  readonly seeds: number;
}

const figures: Partial<Readonly<Record<Target, TrainedFigure>>> = { fig1, fig2, fig3 };

/** "74.31 % (73.90 to 74.72)" */
function accuracyText(network: TrainedNetwork): string {
  const accuracy = accuracyOf(network);
  if (accuracy === null) return 'no training finished';
  const { value, low, high } = accuracy;
  const interval = low === null || high === null ? '' : ` (${low.toFixed(2)} to ${high.toFixed(2)})`;
  return `${value.toFixed(2)} %${interval}`;
}

/** All of a figure's parts, or the one that is meant. */
const partsOf = ({ parts }: TrainedFigure, part: string | null): readonly FigurePart[] =>
  parts.filter(({ name }) => part === null || name === part);

/** A training's end, in words; null for any other event. */
function endText(event: StudyEvent): string | null {
  if (event.kind !== 'training' || event.event.kind !== 'result') return null;
  const { status, testAccuracy } = event.event;
  return `seed ${event.seed}: ${testAccuracy === null ? status : `${(100 * testAccuracy).toFixed(2)} %`}`;
}

interface FigureRun extends Pick<ReproduceOptions, 'engine' | 'backend'> {
  readonly scale: PaperScale;
  readonly part: string | null;
  readonly seeds: readonly number[];
  readonly host: StudyHost;
  readonly tell: (text: string) => void;
}

async function trainFigure(figure: TrainedFigure, run: FigureRun): Promise<Findings> {
  const { scale, part, seeds, host, tell, engine, backend } = run;
  let begun = '';
  const listener: StudyListener = (event) => {
    const ended = endText(event);
    if (ended !== null) tell(`${begun}: ${ended}`);
    host.listener(event);
  };
  const trainer = new RandomPatternTrainer({ ...host, listener });
  const networks = figure.networks(scale).filter(({ parts }) => part === null || parts.includes(part));
  const trained: TrainedNetwork[] = [];
  for (const [index, network] of networks.entries()) {
    const { request } = network;
    begun = `${index + 1} of ${networks.length}: ${network.name}`;
    const on = request.front === undefined || request.freezeFront !== undefined ? { engine, backend } : { backend };
    const asked = Object.fromEntries(Object.entries(on).filter(([, value]) => value !== undefined));
    const found = host.signal.aborted ? null : await trainer.train({ ...request, ...asked, seeds });
    const own = { ...network, trainings: found?.trainings ?? [] };
    trained.push(own);
    if (host.signal.aborted) continue;
    const before = found?.trainedBefore ? `, ${found.trainedBefore} of ${seeds.length} trained before` : '';
    tell(`${begun}: ${accuracyText(own)}${before}`);
  }
  const found = partsOf(figure, part).map((each) => each.findings(trained, scale));
  return { claims: found.flatMap(({ claims }) => claims), plots: found.flatMap(({ plots }) => plots) };
}

const stillFindings: Partial<Readonly<Record<Target, () => Findings>>> = {
  table1: () => ({ claims: table1Claims(), plots: [table1Plot()] }),
  table2: () => ({ claims: table2Claims(), plots: [table2Plot()] }),
  fig4: fig4Findings,
  fig6: fig6Findings,
};

function notesOf(target: Target, scale: PaperScale, part: string | null): readonly string[] {
  if (target === 'link') return linkNotes(scale);
  if (target === 'fig4' || target === 'fig6') return [EXAMPLE_NOTE];
  const figure = figures[target];
  if (figure === undefined) return [];
  return [...figure.notes(scale), ...partsOf(figure, part).flatMap(({ notes }) => notes?.(scale) ?? [])];
}

/** @throws RangeError */
export function requirePart(part: string, target: Target): void {
  const figure = figures[target];
  if (figure === undefined) {
    throw new InvalidValueError(`${target} has no parts; ${Object.keys(figures).join(', ')} have`);
  }
  const names = figure.parts.map(({ name }) => name);
  requireOneOf(part, names, `part of ${target}`);
}

const requireOneOf = <T extends string>(value: string, all: readonly T[], what: string): void => {
  if (!(all as readonly string[]).includes(value)) {
    throw new InvalidValueError(`the ${what} must be ${all.join(', ')}; got ${value}`);
  }
};

/** A claim whose trainings are too small to say anything is neither held nor refused by them. */
const untold = (claim: PaperClaim): PaperClaim => ({ ...claim, holds: null, note: SMOKE_NOTE });

/**
 * Trains what a table or figure of Dey et al. ("Characterizing sparse connectivity patterns in neural networks") is made of, and holds
 * the paper's claims against it, each with its 95 % interval over seeds. Every training has a random pattern of its own.
 *
 * ```ts
 * const { claims } = await reproduce('fig3', { scale: 'small', store });
 * for (const { claim, measured, low, high, holds } of claims) console.log(holds, claim, measured, low, high);
 * ```
 *
 * @param target table1, table2, fig1, fig2, fig3, fig4, fig6 or link
 * @throws RangeError for what is no target, scale, part or number of seeds; ScattershotError for what the world does, such as data that are
 *   not fetched
 */
export async function reproduce(target: Target, options: ReproduceOptions = {}): Promise<Reproduction> {
  const { scale = 'small', part = null, store, onEvent = () => {}, onProgress: tell = () => {} } = options;
  const { workers = availableParallelism(), cacheFolder = defaultCacheFolder(), engine, backend } = options;
  requireOneOf(target, targets, 'target');
  requireOneOf(scale, scales, 'scale');
  if (part !== null) requirePart(part, target);
  const count = options.seeds ?? seedsAt[scale];
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new InvalidValueError(`the number of seeds must be a whole number from 1; got ${count}`);
  }
  const notes = notesOf(target, scale, part);
  const still = stillFindings[target];
  if (still !== undefined) return { ...{ target, scale, part, status: 'finished', notes, seeds: 0 }, ...still() };
  const signal = options.signal ?? new AbortController().signal;
  const run = async (keeper: Store): Promise<Reproduction> => {
    const host = { store: keeper, cacheFolder, workers, listener: onEvent, signal };
    const seeds = Array.from({ length: count }, (_, index) => index + 1);
    const figure = figures[target];
    const { claims, plots, ...used } =
      figure === undefined
        ? await linkFindings(scale, host, tell)
        : { ...(await trainFigure(figure, { scale, part, seeds, host, tell, engine, backend })), seeds: count };
    const status = signal.aborted ? 'interrupted' : 'finished';
    const told = scale === 'smoke' ? claims.map(untold) : claims;
    return { target, scale, part, status, claims: told, plots, notes, seeds: used.seeds };
  };
  return store === undefined ? withTemporaryStore(run) : run(store);
}
