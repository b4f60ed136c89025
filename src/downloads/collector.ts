import { join } from 'node:path';
import { type Failure, failure, type Outcome, ScattershotError, success, unwrap } from '../base/failure.ts';
import { makeFolders, writeWhole } from '../base/file-access.ts';
import { faultOfBytes, slices } from './digests.ts';
import { type Member, plainName, type Search } from './members.ts';
import type { PublishedFile, PublishedFiles } from './published-files.ts';

interface CollectPlan {
  readonly data: PublishedFiles;
  /** those of the files that are not there yet */
  readonly needed: readonly PublishedFile[];
  /** where they are to lie */
  readonly folder: string;
  /** where they come from, for messages */
  readonly source: string;
  readonly onStored?: (file: PublishedFile) => void;
  readonly signal?: AbortSignal;
}

/** Takes published files from members of a folder or an archive, checks them and stores them, each whole or not at all. */
export class Collector {
  readonly #plan: CollectPlan;
  readonly #stored = new Set<string>();
  /** what was wrong with a file of that name */
  readonly #faults = new Map<string, string>();
  readonly #parts = new Map<string, Buffer>();
  #sawOtherVersion = false;

  constructor(plan: CollectPlan) {
    this.#plan = plan;
  }

  /** What to look for. */
  get search(): Search {
    const { data, needed, signal } = this.#plan;
    const names = new Set(needed.map(({ name }) => name));
    return {
      wanted: (path) => {
        const name = plainName(path);
        return (names.has(name) && !this.#stored.has(name)) || data.assembly?.isPart(path) === true;
      },
      onOther: (path) => {
        if (data.otherVersion?.paths.test(path)) this.#sawOtherVersion = true;
      },
      signal,
    };
  }

  get isComplete(): boolean {
    return this.#stored.size === this.#plan.needed.length;
  }

  /** Takes what is wanted of the members. @throws ScattershotError, the system's error */
  async take(members: AsyncIterable<Member>): Promise<void> {
    const { data, signal } = this.#plan;
    for await (const { path, where, bytes } of members) {
      if (signal?.aborted) throw new ScattershotError(aborted);
      if (data.assembly?.isPart(path)) this.#parts.set(path, bytes);
      else await this.#store(plainName(path), where, bytes);
      if (this.isComplete) return;
    }
  }

  /** Puts together what can be, and says what is missing or wrong. @throws ScattershotError for a disk that cannot be written */
  async finish(): Promise<Outcome<void>> {
    for (const { name } of this.#missing()) {
      if (this.#plan.signal?.aborted) return aborted;
      if (this.#parts.size > 0) await this.#assemble(name);
    }
    const missing = this.#missing();
    return missing.length === 0 ? success(undefined) : this.#failure(missing.map(({ name }) => name));
  }

  #missing(): readonly PublishedFile[] {
    return this.#plan.needed.filter(({ name }) => !this.#stored.has(name));
  }

  async #assemble(name: string): Promise<void> {
    const { data, source, signal } = this.#plan;
    const where = `${name}, put together from ${source},`;
    try {
      const bytes = await data.assembly?.assemble(name, this.#parts, signal);
      if (bytes) await this.#store(name, where, bytes);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
      this.#faults.set(name, `${where} cannot be made: ${error.message}`);
    }
  }

  async #store(name: string, where: string, bytes: Buffer): Promise<void> {
    const { needed, folder, onStored, signal } = this.#plan;
    const file = needed.find((each) => each.name === name);
    if (file === undefined || this.#stored.has(name)) return;
    const fault = await faultOfBytes(bytes, file, signal);
    if (fault !== null) {
      this.#faults.set(name, `${where} ${fault}`);
      return;
    }
    makeFolders(folder);
    unwrap(await writeWhole(join(folder, name), slices(bytes, signal)));
    this.#stored.add(name);
    onStored?.(file);
  }

  #failure(missing: readonly string[]): Failure {
    const { data, source } = this.#plan;
    const wrong = missing.find((name) => this.#faults.has(name));
    if (wrong !== undefined) {
      const message = `this is not the published ${data.name}: ${this.#faults.get(wrong)}`;
      return failure('wrong-digest', message, 'It is damaged, half there, or another version: get it again.');
    }
    if (this.#sawOtherVersion && data.otherVersion !== undefined) {
      const { what, nextStep } = data.otherVersion;
      return failure('other-version', `${source} is ${what} of ${data.name}, which is not read`, nextStep);
    }
    const list = missing.length === data.files.length ? 'none' : `not all (missing: ${missing.join(', ')})`;
    const message = `${source} holds ${list} of the files of ${data.name}`;
    return failure('incomplete', message, `It must hold ${data.files.map(({ name }) => name).join(', ')}.`);
  }
}

const aborted = failure('aborted', 'unpacking the data was interrupted', 'Fetch again.');
