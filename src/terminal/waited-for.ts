import { plural } from '../base/plural.ts';
import type { StudyEvent, StudyListener, StudyPhase } from '../study/events.ts';

/** More trainings than this are counted and not named. */
const MOST_NAMED = 3;

/** Follows a study's events, so that it can be told at any time what an orderly end waits for. */
export class WaitedFor {
  #phase: StudyPhase['phase'] | null = null;
  #slow: string | null = null;
  readonly #running = new Map<string, number>();
  #front: string | null = null;

  readonly listener: StudyListener = (event: StudyEvent) => {
    if (event.kind === 'phase') {
      this.#phase = event.phase;
      this.#running.clear();
    } else if (event.kind === 'island-slow') this.#slow = `island ${event.island} (${event.strategy})`;
    else if (event.kind === 'search-progress') this.#slow = null;
    else if (event.kind === 'training') this.#follow(event);
    else if (event.kind === 'front') this.#followFront(event);
  };

  /** "the present round of the search", "2 trainings (#3 seed 1 in epoch 4, #4 seed 1 in epoch 2)" */
  get text(): string {
    switch (this.#phase) {
      case 'search':
      case 'select':
        return this.#slow === null ? 'the present round of the search' : `the step of ${this.#slow}`;
      case 'data':
        return 'the data to be loaded';
      case 'train':
      case 'twins':
        return this.#trainings();
      case 'verdict':
        return 'the verdict';
      default:
        return 'the study to begin';
    }
  }

  #follow({ candidate, seed, event }: Extract<StudyEvent, { kind: 'training' }>): void {
    const name = `#${candidate} seed ${seed}`;
    if (event.kind === 'result') this.#running.delete(name);
    else this.#running.set(name, event.kind === 'epoch' ? event.epoch + 1 : 1);
  }

  #followFront({ seed, event }: Extract<StudyEvent, { kind: 'front' }>): void {
    const epoch = event.kind === 'epoch' ? event.epoch + 1 : 1;
    this.#front = event.kind === 'ready' ? null : `the shared front of seed ${seed} in epoch ${epoch}`;
  }

  #trainings(): string {
    if (this.#front !== null) return this.#front;
    if (this.#running.size === 0) return 'the engine to stop';
    const named = [...this.#running].slice(0, MOST_NAMED).map(([name, epoch]) => `${name} in epoch ${epoch}`);
    const more = this.#running.size > MOST_NAMED ? ', …' : '';
    return `${plural(this.#running.size, 'training')} (${named.join(', ')}${more})`;
  }
}
