import { unwrap } from '../../base/failure.ts';
import { openStore, type Store } from '../../store/index.ts';
import type { KeyPress } from '../keys/key-reader.ts';
import type { Line, Size } from '../lines.ts';
import type { ScreenHost, ScreenView } from '../screen-view.ts';
import type { Theme } from '../theme.ts';
import { copyText } from './clipboard.ts';
import { farewell } from './command-lines.ts';
import { type DataAnswer, type DataRequest, requestsOf } from './data-requests.ts';
import { initialState, type OpeningView } from './opening.ts';
import { beginning, type ProgramPath, runCommand } from './own-command.ts';
import { keepColumns, readPreferences } from './preferences.ts';
import { type BrowserEvent, reduceBrowser } from './reduce.ts';
import { type BrowserState, type Effect, levelOf, studyOf } from './state.ts';
import { StoreSource } from './store-source.ts';
import { browserLines, viewText } from './views/browser-view.ts';
import { WorkerSource } from './worker-source.ts';

export interface BrowserOptions extends OpeningView {
  readonly database: string;
  readonly theme: Theme;
  /** where what the user chose is kept */
  readonly configurationFolder: string;
  readonly program: ProgramPath;
  readonly term: string | undefined;
  /** an escape sequence for the terminal that shows nothing: what goes to its clipboard */
  write(sequence: string): void;
}

/** How often a change by another process is looked for, in milliseconds. */
const LOOK_MS = 500;

/** Reading anew must not take more than this share of the time, however fast another process writes. */
const MOST_SHARE = 0.1;

/** The leaderboard browser as a view: the state, what it asks of the database, and what it does. */
export class Browser implements ScreenView {
  readonly #host: ScreenHost;
  readonly #options: BrowserOptions;
  readonly #store: Store;
  readonly #own: StoreSource;
  readonly #pending = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #worker: WorkerSource | null = null;
  #look: NodeJS.Timeout | null = null;
  #pump: NodeJS.Immediate | null = null;
  #state: BrowserState;
  #version: number;
  #quietUntil = 0;
  #closed = false;

  constructor(host: ScreenHost, options: BrowserOptions) {
    this.#host = host;
    this.#options = options;
    this.#store = unwrap(openStore(options.database, { mode: 'read' }));
    this.#own = new StoreSource(this.#store);
    this.#version = this.#own.version();
    const { shown, warning } = readPreferences(options.configurationFolder);
    const study = unwrap(this.#store.getStudy(options.study));
    const state = initialState(options, { id: study.id, name: study.name }, shown);
    this.#state = warning === null ? state : { ...state, notice: { text: warning, tone: 'alert' } };
    void this.#begin();
  }

  lines(size: Size): readonly Line[] {
    if (size.columns !== this.#state.columns || size.rows !== this.#state.rows)
      this.#dispatch({ kind: 'size', ...size });
    return browserLines(this.#state, this.#options.theme);
  }

  key({ name, text }: KeyPress): void {
    this.#dispatch({ kind: 'key', key: { name, text } });
  }

  /** What may be said after the browser has left the screen. */
  get farewell(): string {
    return farewell(this.#state);
  }

  /** Commands that were begun and have not ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#look !== null) clearTimeout(this.#look);
    if (this.#pump !== null) clearImmediate(this.#pump);
    this.#worker?.close();
    this.#store.close();
  }

  /** Reads what the first frame shows, on this thread: a second one would take longer to start. */
  async #begin(): Promise<void> {
    for (let requests = requestsOf(this.#state); requests.length > 0; requests = requestsOf(this.#state)) {
      const answer = await this.#own.answer(requests[0]);
      this.#reduce({ kind: 'answer', answer });
      if (answer.kind === 'fault') break;
    }
    if (this.#closed) return;
    this.#host.redraw();
    this.#look = setTimeout(() => this.#startWorker(), 0);
  }

  #startWorker(): void {
    if (this.#closed) return;
    this.#worker = new WorkerSource(this.#options.database, () => this.#schedule());
    this.#watch();
  }

  #watch(): void {
    this.#look = setTimeout(() => {
      this.#lookForChanges();
      if (!this.#closed) this.#watch();
    }, LOOK_MS);
    this.#look.unref();
  }

  #lookForChanges(): void {
    if (this.#closed || performance.now() < this.#quietUntil) return;
    let version = this.#version;
    try {
      version = this.#own.version();
    } catch {
      // A file that cannot be read for a moment: the next look, or the next query, tells.
    }
    if (version === this.#version) return;
    this.#version = version;
    const study = studyOf(levelOf(this.#state));
    if (study !== null) void this.#ask({ kind: 'study', study: study.id });
    this.#dispatch({ kind: 'changed' });
  }

  #dispatch(event: BrowserEvent): void {
    if (this.#closed) return;
    if (event.kind === 'key' || event.kind === 'changed') this.#failed.clear();
    const before = this.#state;
    this.#reduce(event);
    if (this.#state !== before) this.#host.redraw();
    this.#schedule();
  }

  #reduce(event: BrowserEvent): void {
    const { state, effects } = reduceBrowser(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#do(effect);
  }

  /** What is wanted is asked for after what is there was shown. */
  #schedule(): void {
    if (this.#closed || this.#pump !== null) return;
    this.#pump = setImmediate(() => {
      this.#pump = null;
      for (const request of requestsOf(this.#state)) void this.#ask(request);
    });
  }

  async #ask(request: DataRequest): Promise<void> {
    const name = JSON.stringify(request);
    if (this.#pending.has(name) || this.#failed.has(name)) return;
    this.#pending.add(name);
    const startedAt = performance.now();
    const answer = await this.#answer(request);
    const tookMs = performance.now() - startedAt;
    this.#quietUntil = Math.max(this.#quietUntil, performance.now() + tookMs / MOST_SHARE);
    this.#pending.delete(name);
    if (answer.kind === 'fault') this.#failed.add(name);
    this.#dispatch({ kind: 'answer', answer });
  }

  #answer(request: DataRequest): Promise<DataAnswer> {
    return this.#worker?.isReady === true ? this.#worker.answer(request) : this.#own.answer(request);
  }

  #do(effect: Effect): void {
    switch (effect.kind) {
      case 'leave':
        this.#host.leave();
        return;
      case 'copy':
        this.#copy(effect.what, effect.text);
        return;
      case 'copy-view':
        this.#copy('what is shown', viewText(this.#state, this.#options.theme));
        return;
      case 'keep-columns':
        this.#background(async () => {
          const kept = await keepColumns(this.#options.configurationFolder, effect.shown);
          if (!kept.ok) throw new Error(`The columns are not kept: ${kept.message}`);
        });
        return;
      case 'run':
        this.#notice(beginning(effect.purpose, effect.words));
        this.#background(async () =>
          this.#notice(await runCommand(this.#options.program, effect.purpose, effect.words)),
        );
        return;
    }
  }

  #copy(what: string, text: string): void {
    const { configurationFolder: folder, term, write } = this.#options;
    this.#background(async () => this.#notice(await copyText(what, text, { folder, term, write })));
  }

  #notice(notice: BrowserState['notice'] & object): void {
    // Effects come while an event is reduced: the notice is one after it.
    queueMicrotask(() => this.#dispatch({ kind: 'notice', notice }));
  }

  #background(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) =>
        this.#notice({ text: error instanceof Error ? error.message : String(error), tone: 'alert' }),
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}
