import { parseNpy } from '../../base/npy.ts';
import { type ArrayMember, arrayMembers } from '../../base/npz.ts';
import { zipDirectory } from '../../base/zip.ts';
import { type ArrayName, couldBeData, READ_NAMES, readArrayName } from './array-names.ts';
import type { SplitName } from './dataset.ts';
import { foreignArchive, refuseForeign } from './foreign-files.ts';
import type { LabelledArrays, OwnArray, OwnArrays } from './own-arrays.ts';
import { NUMBER_LABELS } from './own-labels.ts';
import { refuseData } from './refuse-data.ts';

/** Names of an archive's arrays by what they hold; those of one set, not divided yet, stand under 'train'. */
type ArrayNames = Readonly<Record<SplitName, Partial<Record<ArrayName['role'], string>>>>;

/** @throws ScattershotError 'not-a-dataset' for two arrays that are read as the same */
function sortNames(names: readonly string[], path: string): ArrayNames {
  const sorted: Record<SplitName, Partial<Record<ArrayName['role'], string>>> = { train: {}, validation: {}, test: {} };
  for (const name of names) {
    const known = readArrayName(name);
    if (known === null) continue;
    const set = sorted[known.split ?? 'train'];
    const other = set[known.role];
    if (other !== undefined) {
      const what = `${known.split === null ? '' : `${known.split} `}${known.role === 'x' ? 'examples' : 'labels'}`;
      refuseData(`${path} has the arrays ${other} and ${name}, which both would be read as the ${what}`, READ_NAMES);
    }
    set[known.role] = name;
  }
  return sorted;
}

/** Arrays of an archive by what their names say. @throws ScattershotError */
class Archive {
  readonly #path: string;
  readonly #members: ReadonlyMap<string, ArrayMember>;
  readonly #names: readonly string[];

  constructor(path: string, bytes: Uint8Array) {
    this.#path = path;
    const directory = zipDirectory(bytes);
    this.#members = new Map(arrayMembers(bytes, directory).map((member) => [member.name, member]));
    this.#names = [...this.#members.keys()];
    if (this.#names.length === 0) refuseForeign(path, foreignArchive([...directory.members.keys()]));
  }

  arrays(): OwnArrays {
    const names = sortNames(this.#names, this.#path);
    const train = this.#set(names, 'train');
    const validation = this.#isThere(names, 'validation') ? this.#set(names, 'validation') : null;
    const test = this.#isThere(names, 'test') ? this.#set(names, 'test') : null;
    this.#requireNothingElse();
    return { train, validation, test };
  }

  #isThere(names: ArrayNames, split: SplitName): boolean {
    return names[split].x !== undefined || names[split].y !== undefined;
  }

  #set(names: ArrayNames, split: SplitName): LabelledArrays {
    const { x, y } = names[split];
    const ending =
      split === 'train' && !/train/i.test(x ?? y ?? '') ? '' : `_${split === 'validation' ? 'val' : split}`;
    return { x: this.#read(x, `x${ending}`), y: this.#read(y, `y${ending}`) };
  }

  #read(name: string | undefined, wanted: string): OwnArray {
    if (name === undefined) {
      return refuseData(`${this.#path} has no array ${wanted} (arrays: ${this.#names.join(', ')})`, READ_NAMES);
    }
    const { header, unpack } = this.#members.get(name)!;
    const { described, type } = header;
    if (type === null && /^[<>|=]?[USO]/.test(described ?? '')) {
      const held = /O/.test(described ?? '') ? 'Python objects' : 'text';
      const nextStep = wanted.startsWith('y') ? NUMBER_LABELS : 'Save an array of plain numbers.';
      return refuseData(`${name} in ${this.#path} holds ${held}, not numbers`, nextStep);
    }
    return {
      name: `${name} in ${this.#path}`,
      array: parseNpy(unpack(), name),
    };
  }

  /** What is not read must not be somebody's test set. */
  #requireNothingElse(): void {
    for (const { name, header } of this.#members.values()) {
      if (readArrayName(name) !== null) continue;
      const { shape: sides, type } = header;
      if (!couldBeData({ name, shape: sides, kind: type?.kind ?? null })) continue;
      const shape = `(${sides.join(', ')}${sides.length === 1 ? ',' : ''})`;
      refuseData(
        `${this.#path} has an array ${name} of the shape ${shape}, which is not read`,
        `${READ_NAMES} Rename it, or leave it out.`,
      );
    }
  }
}

/** The sets of a .npz archive, by the names of its arrays. @throws ScattershotError 'not-a-dataset' and what the readers throw */
export const npzArrays = (path: string, bytes: Uint8Array): OwnArrays => new Archive(path, bytes).arrays();
