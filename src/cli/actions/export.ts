import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { unwrap } from '../../base/failure.ts';
import { makeFolders } from '../../base/file-access.ts';
import { withContext } from '../../pattern/context.ts';
import { writePatternFile } from '../../pattern/formats/index.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import { fraction } from '../../report/format.ts';
import type { CandidateRecord, Store, StudyRecord } from '../../store/index.ts';
import { BEST, findCandidate } from '../../study/find-candidate.ts';
import { rankedCandidates } from '../../study/leaderboard.ts';
import { contextOfStudy } from '../../study/study-context.ts';
import { type Context, type GlobalOptions, makeContext } from '../context.ts';
import { UsageError } from '../errors.ts';
import { type ExportTargetOptions, exportTarget, filesOf, refuseOverwriting } from '../export-targets.ts';
import { withStore } from '../stores.ts';

interface ExportOptions extends GlobalOptions, ExportTargetOptions {
  readonly study?: string;
}

/** @throws UsageError unless exactly one of the two says which candidates are meant */
function chosen(
  store: Store,
  study: StudyRecord,
  name: string | undefined,
  top: number | undefined,
): CandidateRecord[] {
  if (name !== undefined && top !== undefined) {
    throw new UsageError('a candidate and --top both say what is exported', 'Give one of them.');
  }
  if (top !== undefined) {
    const first = rankedCandidates(store, study, { limit: top });
    return first.length > 0 ? first : [unwrap(findCandidate(store, study, BEST))];
  }
  if (name !== undefined) return [unwrap(findCandidate(store, study, name))];
  throw new UsageError(
    'no candidate was named',
    'Name one (best, a number, or the start of a fingerprint), or give --top 5.',
  );
}

async function writeCandidate(context: Context, study: StudyRecord, found: Pattern, path: string): Promise<void> {
  const pattern = withContext(found, contextOfStudy(study));
  unwrap(await writePatternFile(path, pattern));
  if (/\.csv$/i.test(path) && pattern.context !== undefined) {
    const lost = Object.keys(pattern.context).join(', ');
    context.warn(`A .csv lists edges alone: ${lost} of the study are not in it. Keep a .json or .npz as well.`);
  }
}

/** Python's import statement takes identifiers alone. */
function warnOfName(context: Context, path: string): void {
  const name = basename(path).slice(0, -extname(path).length);
  if (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && path.endsWith('.py')) return;
  context.warn(
    `Python cannot import ${basename(path)} by its name: it takes letters, digits and _, and the ending .py.`,
  );
}

/** Writes to a temporary file first, since `writePatternFile` writes only files. */
async function toStdout(context: Context, ending: string, write: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scattershot-'));
  try {
    const path = join(folder, `pattern${ending}`);
    await write(path);
    for await (const chunk of createReadStream(path)) context.write(chunk as Uint8Array);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function exportAction(name: string | undefined, options: ExportOptions): Promise<void> {
  const context = makeContext(options);
  const target = exportTarget(options);
  await withStore(context, 'read', async (store) => {
    const study = unwrap(store.getStudy(options.study ?? null));
    const candidates = chosen(store, study, name, options.top);
    if (target.kind === 'stdout') {
      const pattern = store.loadPattern(study.id, candidates[0].number);
      return toStdout(context, target.ending, (path) => writeCandidate(context, study, pattern, path));
    }
    refuseOverwriting(
      candidates.map(({ number }) => target.pathOf(number)),
      options.force === true,
    );
    if (target.folder !== null) makeFolders(target.folder);
    for (const candidate of candidates) {
      const path = target.pathOf(candidate.number);
      await writeCandidate(context, study, store.loadPattern(study.id, candidate.number), path);
      const { number, strategy, scatter } = candidate;
      context.say(
        `Candidate ${number} of ${study.name} (${strategy}, S ${fraction(scatter)}) is in ${filesOf(path).join(' and ')}.`,
      );
      if (/\.py$/i.test(path)) warnOfName(context, path);
    }
  });
}
