import type { Assignment, Stage } from './assignment.ts';

/** A study's jobs by id and by where they stand: finding, counting and choosing them costs the same among ten as among a million. */
export class JobStages {
  readonly #byId = new Map<string, Assignment>();
  /** of those that have not ended; each in the order that they came there */
  readonly #at: Readonly<Record<Exclude<Stage, 'ended'>, Set<Assignment>>> = {
    waiting: new Set(),
    queued: new Set(),
    begun: new Set(),
  };
  /** characters of payload of those on offer that nobody has begun */
  #queuedCharacters = 0;

  add(assignment: Assignment): void {
    this.#byId.set(assignment.job.id, assignment);
    this.sort(assignment);
  }

  get(id: string): Assignment | undefined {
    return this.#byId.get(id);
  }

  remove(assignment: Assignment): void {
    this.#byId.delete(assignment.job.id);
    for (const stage of ['waiting', 'queued', 'begun'] as const) this.#leave(stage, assignment);
  }

  /** To be called after anything that may have changed where it stands. */
  sort(assignment: Assignment): void {
    const { stage, job } = assignment;
    // What was removed does not come back.
    if (this.#byId.get(job.id) !== assignment) return;
    for (const other of ['waiting', 'queued', 'begun'] as const) {
      if (other !== stage) this.#leave(other, assignment);
    }
    if (stage === 'ended' || this.#at[stage].has(assignment)) return;
    this.#at[stage].add(assignment);
    if (stage === 'queued') this.#queuedCharacters += job.payload.length;
  }

  #leave(stage: Exclude<Stage, 'ended'>, assignment: Assignment): void {
    const left = this.#at[stage].delete(assignment);
    if (left && stage === 'queued') this.#queuedCharacters -= assignment.job.payload.length;
  }

  count(stage: Exclude<Stage, 'ended'>): number {
    return this.#at[stage].size;
  }

  get queuedCharacters(): number {
    return this.#queuedCharacters;
  }

  /** Those not on offer, the longest there first. */
  waiting(): Iterable<Assignment> {
    return this.#at.waiting;
  }

  /** On offer or being done: a list of its own, so that sorting them does no harm to the loop. */
  offered(): Assignment[] {
    return [...this.#at.queued, ...this.#at.begun];
  }
}
