import { cleanText } from '../base/clean-text.ts';
import { failure, messageOf, type Outcome, ScattershotError, success } from '../base/failure.ts';
import { errorText } from '../base/user-module.ts';
import { version } from '../base/version.ts';
import type { Executor, ExecutorSession, OpenTools, SessionJob } from '../queue/executor.ts';
import type { StudyNotice } from '../queue/wire.ts';
import type { StrategyPrint } from '../search/island-runner.ts';
import type { SearchPool } from '../search/pool.ts';
import { checkLimits, type StepLimits } from '../search/step-limits.ts';
import type { StepFailure, WorkerSetup } from '../search/tasks.ts';
import { BlobCache } from './blob-cache.ts';
import { islandThreads } from './island-threads.ts';
import type { PackedResult, PackedStep } from './island-worker.ts';
import { localIslands } from './local-strategies.ts';
import { searchCode } from './search-code.ts';
import { MOST_SETUP_BYTES, type StepBody, searchNeedsSchema, stepPayloadSchema, unpackSetup } from './search-jobs.ts';

export interface SearchExecutorOptions {
  readonly threads: number;
  /** absolute folders in which strategy files may be; default: where this process runs */
  readonly strategyFolders?: readonly string[];
}

/** States and elites of one study that are kept at hand. */
const MOST_CACHED_BYTES = 2 ** 28;

type Setup = Omit<WorkerSetup, 'timed'>;

/** The steps of one study, in threads. */
class SearchSession implements ExecutorSession {
  readonly together = false;
  readonly atOnce: number;
  readonly #setup: Setup;
  readonly #limits: StepLimits;
  readonly #tools: OpenTools;
  readonly #blobs = new BlobCache(MOST_CACHED_BYTES);
  /** by island: the job that does a step of it */
  readonly #jobs = new Map<number, SessionJob>();
  #pool: SearchPool;
  #closed = false;

  constructor(setup: Setup, limits: StepLimits, threads: number, tools: OpenTools) {
    this.#setup = setup;
    this.#limits = limits;
    this.#tools = tools;
    this.atOnce = threads;
    this.#pool = this.#threads();
  }

  /** @throws ScattershotError where no thread starts */
  start(): Promise<void> {
    return this.#pool.start();
  }

  async run([job]: readonly SessionJob[]): Promise<readonly StepBody[]> {
    const read = stepPayloadSchema.safeParse(job.payload);
    if (!read.success || read.data.island >= this.#setup.islands.length)
      throw new Error('the job is no step of the study');
    const { island, round, toBeat, state, elites } = read.data;
    const step: PackedStep = {
      ...{ island, round, toBeat },
      state: state === null ? null : await this.#blobs.get(state, (reference) => this.#tools.pull(reference)),
      elites: await Promise.all(
        elites.map(async (elite) => ({
          digest: elite.digest,
          bytes: await this.#blobs.get(elite, (reference) => this.#tools.pull(reference)),
        })),
      ),
    };
    this.#jobs.set(island, job);
    try {
      return [this.#body(await this.#step(step, job), job)];
    } finally {
      if (this.#jobs.get(island) === job) this.#jobs.delete(island);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.destroy();
  }

  async #step(step: PackedStep, { signal }: SessionJob): Promise<PackedResult | StepFailure> {
    const pool = this.#pool;
    try {
      return await pool.turn<PackedResult>(step.island, 'stepPacked', step, step.round, signal);
    } catch (error) {
      // Threads that are lost for good: the next step gets others.
      if (error instanceof ScattershotError && !this.#closed && this.#pool === pool) {
        this.#pool = this.#threads();
        await pool.destroy();
      }
      throw error;
    }
  }

  #body(outcome: PackedResult | StepFailure, job: SessionJob): StepBody {
    if ('failed' in outcome) {
      // What is not the strategy's own doing is this machine's.
      if (outcome.ends !== 'island') throw new Error(outcome.failed);
      return { failed: outcome.failed };
    }
    const state = job.keepBlob(outcome.state);
    // The next step of the island may well be done here.
    this.#blobs.put(state.digest, outcome.state);
    return { state, result: job.keepBlob(outcome.finds) };
  }

  #threads(): SearchPool {
    const onPrint = ({ island, text }: StrategyPrint) => this.#jobs.get(island)?.progress({ print: text });
    return islandThreads(this.#setup, { threads: this.atOnce, limits: this.#limits, onPrint });
  }
}

const shortDigest = (digest: string) => digest.slice(0, 12);

/** What keeps this worker from doing a study's steps alike, or null. */
function otherCode(studyVersion: string, code: string): string | null {
  if (studyVersion !== version) return `it searches with Scattershot ${studyVersion}; this worker has ${version}`;
  const own = searchCode();
  if (code === own) return null;
  return `the sources of its search have the digest ${shortDigest(code)}; this worker's have ${shortDigest(own)}`;
}

const refuse = (reason: string, message: string) => failure(reason, message, 'Run the same Scattershot on both.');

async function openSetup(
  study: StudyNotice,
  tools: OpenTools,
  folders: readonly string[],
): Promise<Outcome<{ setup: Setup; limits: StepLimits }>> {
  const needs = searchNeedsSchema.safeParse(study.needs);
  if (!needs.success)
    return refuse(
      'other-version',
      `it searches with Scattershot ${study.version}, whose notice this worker (${version}) cannot read`,
    );
  const { code, setup: reference } = needs.data;
  const other = otherCode(study.version, code);
  if (other !== null) return refuse('other-version', other);
  if (reference.sizeBytes > MOST_SETUP_BYTES) return refuse('bad-setup', `its setup has ${reference.sizeBytes} bytes`);
  const pulled = await tools.pull(reference);
  if (!pulled.ok) return pulled;
  try {
    const { setup, limits } = unpackSetup(pulled.value);
    checkLimits(limits);
    const islands = await localIslands(setup.islands, folders);
    return islands.ok ? success({ setup: { ...setup, islands: islands.value }, limits }) : islands;
  } catch (error) {
    return refuse('bad-setup', `its setup cannot be read: ${cleanText(errorText(error), 300)}`);
  }
}

/** Does the steps of other machines' searches, in threads of this one. */
export function searchExecutor(options: SearchExecutorOptions): Executor {
  const { threads, strategyFolders = [process.cwd()] } = options;
  return {
    async open(study, tools) {
      const opened = await openSetup(study, tools, strategyFolders);
      if (!opened.ok) return opened;
      const { setup, limits } = opened.value;
      try {
        const session = new SearchSession(setup, limits, threads, tools);
        await session.start().catch(async (error: unknown) => {
          await session.close();
          throw error;
        });
        return success(session);
      } catch (error) {
        return failure('worker-lost', `its threads do not start here: ${messageOf(error)}`, 'Look at that machine.');
      }
    },
  };
}
