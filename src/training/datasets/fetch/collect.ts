import { join } from 'node:path';
import { type Failure, failure, type Outcome, ScattershotError, success, unwrap } from '../../../base/failure.ts';
import { makeFolders, writeWhole } from '../../../base/file-access.ts';
import type { PublishedData, PublishedFile } from '../published.ts';
import { batchFromPackage, stripFiles } from './cifar-strips.ts';
import { faultOfBytes } from './digests.ts';
import type { Member, Search } from './members.ts';

export interface CollectPlan {
  readonly data: PublishedData;
  /** those of the data's files that are not there yet */
  readonly needed: readonly PublishedFile[];
  /** where they are to lie */
  readonly folder: string;
  /** where they come from, for messages */
  readonly source: string;
  readonly onStored?: (file: PublishedFile) => void;
  readonly signal?: AbortSignal;
}

/** Takes a data set's files from members of a folder or an archive, checks them and stores them, each whole or not at all. */
export class Collector {
  readonly #plan: CollectPlan;
  readonly #stored = new Set<string>();
  /** what was wrong with a file of that name */
  readonly #faults = new Map<string, string>();
  readonly #strips = new Map<string, Buffer>();
  #sawPickles = false;

  constructor(plan: CollectPlan) {
    this.#plan = plan;
  }

  /** What to look for. */
  get search(): Search {
    const { data, needed } = this.#plan;
    const names = new Set(needed.map(({ name }) => name));
    return {
      wanted: (name) =>
        (names.has(name) && !this.#stored.has(name)) || (data.format === 'cifar-10' && stripFiles.has(name)),
      onOther: (path) => {
        if (/(^|[\\/])(cifar-10-batches-py|cifar-100-python)[\\/]/.test(path)) this.#sawPickles = true;
      },
    };
  }

  get isComplete(): boolean {
    return this.#stored.size === this.#plan.needed.length;
  }

  /** Takes what is wanted of the members. @throws ScattershotError, the system's error */
  async take(members: AsyncIterable<Member>): Promise<void> {
    for await (const { name, where, bytes } of members) {
      if (this.#plan.signal?.aborted) throw new ScattershotError(aborted);
      if (stripFiles.has(name)) this.#strips.set(name, bytes);
      else await this.#store(name, where, bytes);
      if (this.isComplete) return;
    }
  }

  /** Puts together what can be, and says what is missing or wrong. @throws ScattershotError for a disk that cannot be written */
  async finish(): Promise<Outcome<void>> {
    for (const { name } of this.#missing()) {
      if (this.#plan.signal?.aborted) return aborted;
      if (this.#strips.size > 0) await this.#storeStrip(name);
    }
    const missing = this.#missing();
    return missing.length === 0 ? success(undefined) : this.#failure(missing.map(({ name }) => name));
  }

  #missing(): readonly PublishedFile[] {
    return this.#plan.needed.filter(({ name }) => !this.#stored.has(name));
  }

  async #storeStrip(name: string): Promise<void> {
    const where = `${name}, put together from ${this.#plan.source},`;
    try {
      const batch = batchFromPackage(name, this.#strips);
      if (batch !== null) await this.#store(name, where, batch);
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error;
      this.#faults.set(name, `${where} cannot be made: ${error.message}`);
    }
  }

  async #store(name: string, where: string, bytes: Buffer): Promise<void> {
    const { needed, folder, onStored } = this.#plan;
    const file = needed.find((each) => each.name === name);
    if (file === undefined || this.#stored.has(name)) return;
    const fault = faultOfBytes(bytes, file);
    if (fault !== null) {
      this.#faults.set(name, `${where} ${fault}`);
      return;
    }
    makeFolders(folder);
    unwrap(await writeWhole(join(folder, name), [bytes]));
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
    if (this.#sawPickles) {
      const message = `${source} is the Python version of ${data.name}, which is not read`;
      return failure('other-version', message, 'Get the binary version (its name ends in -binary.tar.gz).');
    }
    const list = missing.length === data.files.length ? 'none' : `not all (missing: ${missing.join(', ')})`;
    const message = `${source} holds ${list} of the files of ${data.name}`;
    return failure('incomplete', message, `It must hold ${data.files.map(({ name }) => name).join(', ')}.`);
  }
}

const aborted = failure('aborted', 'unpacking the data was interrupted', 'Fetch again.');
