import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { inFolder, runProgram } from './program.ts';

// Help, completions and usage errors answer at once because they load what is typed alone. Loaded files are counted, since a time
// says little on a machine that does something else: bare Node takes 40 ms, and a file half of one.

/** Modules of the built program, and of packages, that a run loads. */
async function loadedBy(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  let loaded: string[] = [];
  await inFolder(async (cwd) => {
    const coverage = join(cwd, 'coverage');
    await runProgram(args, { cwd, env: { ...env, NODE_V8_COVERAGE: coverage } });
    const reports = readdirSync(coverage).map((name) => JSON.parse(readFileSync(join(coverage, name), 'utf8')));
    const urls: string[] = reports.flatMap(({ result }) => result.map(({ url }: { url: string }) => url));
    loaded = urls.filter((url) => url.startsWith('file:')).map((url) => url.replace(/.*\/(dist|node_modules)\//, ''));
  });
  return loaded;
}

const heavy = (file: string) =>
  file.startsWith('src/cli/actions/') ||
  (!file.startsWith('src/') && !file.startsWith('strategies/names') && !file.startsWith('commander/'));

test('what is heavy is found', async () => {
  const loaded = await loadedBy(['studies', '--db', 'none.db']);
  expect(loaded.filter(heavy)).toEqual(expect.arrayContaining([expect.stringMatching(/^zod\//)]));
  expect(loaded).toContain('src/cli/actions/studies.js');
});

const wanted = [['--help'], ['--bad'], ...commandTable.map(({ name }) => [name, '--help'])];

test.each(wanted.map((args) => [args.join(' '), args] as const))(
  '%s loads neither what commands do nor any package except commander',
  async (_, args) => {
    const loaded = await loadedBy(args);
    expect(loaded.filter(heavy)).toEqual([]);
    expect(loaded).toContain('src/cli/program.js');
    expect(loaded.length).toBeLessThan(args.length === 1 ? 40 : 65);
  },
);

test('a study without --queue loads nothing that talks to a queue’s server, whatever SCATTERSHOT_QUEUE says', async () => {
  const search = ['search', '--layers', '32,16,8', '--fan-out', '4,2', '--budget', '4', '--plain'];
  const env = { SCATTERSHOT_QUEUE: 'redis://127.0.0.1:1' };
  const talks = (file: string) => /^(bullmq|ioredis|pg|pg-[a-z]+|msgpackr|cron-parser)\//.test(file);
  const loaded = await loadedBy(search, env);
  expect(loaded).toContain('src/study/search-phase.js');
  expect(loaded.filter(talks)).toEqual([]);
  expect((await loadedBy([...search, '--queue'], env)).filter(talks)).toContainEqual(expect.stringMatching(/^ioredis/));
});

test('--version loads SQLite besides, and nothing else', async () => {
  const loaded = await loadedBy(['--version']);
  expect(loaded.filter((file) => heavy(file) && !/^(better-sqlite3|bindings|file-uri-to-path)/.test(file))).toEqual([]);
  expect(loaded.length).toBeLessThan(60);
});
