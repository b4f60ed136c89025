import { setImmediate } from 'node:timers/promises';
import { blobDigest, type Pieces } from '../queue/pieces.ts';
import type { BlobReference } from '../queue/wire.ts';
import {
  type Dataset,
  digestOf,
  type Split,
  type SplitName,
  splitBytes,
  splitNames,
} from '../training/datasets/dataset.ts';
import type { OfferedData } from './training-wire.ts';

/**
 * A dataset on its way: its arrays as they lie in memory (labels, then float32 inputs, of the three splits in turn), cut into parts that
 * are blobs. What they hold has a digest of its own, `contentDigest`, which whoever pulled them checks.
 */

const PART_BYTES = 2 ** 24;
const MOST_PARTS_EACH = 64;

type Arrays = Pick<Dataset, SplitName | 'features'>;

/** SHA-256 (hex) of a dataset's sizes and arrays. */
export function contentDigest({ features, ...splits }: Arrays): string {
  const sizes = splitNames.map((name) => splits[name].examples).join('/');
  return digestOf(`data on their way 1, features ${features}, examples ${sizes}`, splits);
}

/** Bytes of a part of an array of so many. */
const partBytes = (arrayBytes: number): number =>
  Math.max(PART_BYTES, 2 ** 16 * Math.ceil(arrayBytes / MOST_PARTS_EACH / 2 ** 16));

/** Where a dataset's parts lie in its arrays, in their order: views, not copies. */
export function partsOf(splits: Readonly<Record<SplitName, Split>>): Uint8Array[] {
  return splitNames
    .flatMap((name) => splitBytes(splits[name]))
    .flatMap((array) => {
      const size = partBytes(array.length);
      const parts = Math.ceil(array.length / size);
      return Array.from({ length: parts }, (_, part) => array.subarray(part * size, (part + 1) * size));
    });
}

/** What a notice says of a dataset. A gigabyte takes seconds to digest: others get their turn meanwhile. */
export async function describeData(dataset: Dataset): Promise<OfferedData> {
  const parts: BlobReference[] = [];
  for (const part of partsOf(dataset)) {
    parts.push({ digest: blobDigest(part), sizeBytes: part.length });
    await setImmediate();
  }
  const { name, digest, features, classes, normalisation, train, validation, test } = dataset;
  const examples = { train: train.examples, validation: validation.examples, test: test.examples };
  return { name, digest, content: contentDigest(dataset), features, classes, normalisation, examples, parts };
}

/** Keeps a dataset's parts for whoever asks. @param offered what `describeData` said of it */
export function keepData(dataset: Dataset, offered: OfferedData, pieces: Pick<Pieces, 'keep'>): void {
  for (const [index, part] of partsOf(dataset).entries()) {
    pieces.keep(part, { apart: true, digest: offered.parts[index].digest });
  }
}
