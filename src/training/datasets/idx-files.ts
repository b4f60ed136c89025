import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { refuseData } from './refuse-data.ts';

/** A set in two IDX files. */
export interface IdxPair {
  readonly images: string;
  readonly labels: string;
}

/** A training set in two IDX files, and its test set where there is one. */
export interface IdxFiles extends IdxPair {
  readonly test: IdxPair | null;
}

/** "EMNIST-letters-train-images-idx3-ubyte.gz" → "emnist-letters-train-images": what names are compared by. */
const stemOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/\.gz$/, '')
    .replace(/[.-]idx\d.*$/, '');

const TEST = /(^|[-_.])(t10k|test)(?=[-_.]|$)/;
const TRAIN = /(^|[-_.])train(?=[-_.]|$)/;

/** Files of a folder by their stems. */
class Neighbours {
  readonly #folder: string;
  readonly #names: readonly string[];

  constructor(folder: string) {
    this.#folder = folder;
    this.#names = readdirSync(folder).sort();
  }

  /** The file of that stem, packed as the other is where there is a choice; null where there is none. */
  find(stem: string, packed: boolean): string | null {
    const found = this.#names.filter((name) => stemOf(name) === stem && /idx\d|\.gz$/i.test(name));
    const name = found.find((each) => /\.gz$/i.test(each) === packed) ?? found[0];
    return name === undefined ? null : join(this.#folder, name);
  }
}

const NAME_BOTH = 'Name both: idx:images=FILE,labels=FILE.';
const NAME_ALL =
  'Put the missing file beside it, or name those that are meant: idx:images=FILE,labels=FILE, perhaps with ,test-images=FILE,test-labels=FILE.';

/** The test set beside a training set. @throws ScattershotError 'not-a-dataset' for half of one */
function testBeside(stem: string, neighbours: Neighbours, packed: boolean): IdxPair | null {
  for (const word of ['t10k', 'test']) {
    const images = stem.replace(TRAIN, `$1${word}`);
    if (images === stem) return null;
    const labels = images.replace('images', 'labels');
    const found = { images: neighbours.find(images, packed), labels: neighbours.find(labels, packed) };
    if (found.images !== null && found.labels !== null) return { images: found.images, labels: found.labels };
    const half = found.images ?? found.labels;
    if (half !== null) {
      refuseData(
        `beside it lies ${half}, half a test set: ${found.images === null ? images : labels} is not there`,
        NAME_ALL,
      );
    }
  }
  return null;
}

/**
 * The labels' file by the images' name, and the test set beside a training set: named as MNIST's are (train-…, t10k-… or test-…),
 * as EMNIST's and QMNIST's (emnist-letters-train-…), packed by gzip or not.
 * @throws ScattershotError 'not-a-dataset' where labels are not there, half a test set is, or it is itself the test set of another
 */
export function idxFilesOf(images: string): IdxFiles {
  const neighbours = new Neighbours(dirname(images));
  const stem = stemOf(basename(images));
  const packed = /\.gz$/i.test(images);
  if (stem.includes('labels')) {
    const pictures = neighbours.find(stem.replace('labels', 'images'), packed);
    return refuseData(
      `${images} holds labels, not examples`,
      pictures === null ? NAME_BOTH : `Give the images instead: ${pictures}.`,
    );
  }
  const labelsStem = stem.replace('images', 'labels');
  const labels = labelsStem === stem ? null : neighbours.find(labelsStem, packed);
  if (labels === null) {
    const guess = labelsStem === stem ? '' : ` as ${labelsStem}-idx1-ubyte`;
    return refuseData(`the labels of ${images} are not beside it${guess}`, NAME_BOTH);
  }
  const whole = TEST.test(stem) ? neighbours.find(stem.replace(TEST, '$1train'), packed) : null;
  if (whole !== null) {
    return refuseData(
      `${images} is the test set of ${whole}, which lies beside it`,
      `Give ${whole}; or, to train on the test set, idx:images=${images},labels=${labels}.`,
    );
  }
  return { images, labels, test: testBeside(stem, neighbours, packed) };
}
