import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { expect, test, vi } from 'vitest';
import { openDatabase } from '../../src/store/sqlite.ts';
import { newCandidate, newEvaluation } from '../store/sample-rows.ts';
import { hostileWords, messageFault, outputFault } from './hostile-words.ts';
import { type InProcessRun, makeDatabase, runInProcess } from './in-process.ts';
import { inFolder, runProgram } from './program.ts';

interface Case {
  readonly name: string;
  readonly args: readonly string[];
}

const words = Object.entries(hostileWords);

/** What is wrong with a run; empty where nothing is. */
function faultsOf({ name, args }: Case, { code, stdout, stderr }: InProcessRun): string[] {
  const data = args.includes('--json');
  const faults = [
    ...(code >= 0 && code <= 2 ? [] : [`exits with ${code}`]),
    ...(/\n\s+at /.test(stderr) ? ['shows a stack'] : []),
    ...[outputFault(stdout, data)].map((fault) => fault && `stdout ${fault}`),
    ...[messageFault(stderr)].map((fault) => fault && `stderr ${fault}`),
  ];
  if (data && code > 0 && !isDocument(stderr)) faults.push(`stderr is no document: ${stderr.slice(0, 80)}`);
  if (data && code === 0 && !isDocument(stdout)) faults.push('stdout is no document');
  if (code > 0 && stdout !== '') faults.push('fails and writes to stdout');
  return faults.filter((fault) => fault !== null && fault !== '').map((fault) => `${name}: ${fault}`);
}

function isDocument(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Runs all, in turn. @returns how many there were, and what is wrong */
async function tryAll(cases: readonly Case[], home: string): Promise<{ tried: number; faults: string[] }> {
  const faults: string[] = [];
  for (const one of cases) faults.push(...faultsOf(one, await runInProcess(one.args, home)));
  return { tried: cases.length, faults };
}

/** Where a word can be typed: `@` stands for it. None of these begins to work. */
const commandLines = [
  '@',
  '--@',
  'search --@',
  'search --layers 8,4 --fan-out @',
  'search --layers @',
  'search --net @',
  'search --net morse --budget @',
  'search --net morse --strategy @',
  'search --net morse --rank-by @',
  'search --net morse --metric @',
  'search --net morse --shapes @',
  'search --net morse --windows @',
  'search --net morse --edges @',
  'search --net morse --nm @',
  'search --resume @',
  'search @',
  'score @',
  'score one.json --windows @',
  'train @',
  'train @ 1',
  'train tiny @',
  'train one.json --data @',
  'train one.json --data morse:@',
  'train one.json --data morse:noise=@',
  'train one.json --engine @',
  'leaderboard @',
  'leaderboard --sort @',
  'leaderboard --filter @',
  'leaderboard --filter @>1',
  'leaderboard --filter scatter>@',
  'leaderboard --limit @',
  'leaderboard --db @',
  'studies @',
  'studies remove @',
  'studies rename @ other',
  'export @ --output a.json',
  'export 1 --output a.@',
  'export 1 --output none/@.json',
  'export 1 --study @ --output a.json',
  'export 1 --output - --format @',
  'data path @',
  'data fetch @',
];

test('no argument gets an escape through, or a message above 4 KB', async () => {
  await inFolder(async (home) => {
    makeDatabase(home, [newCandidate(1)]);
    vi.spyOn(process, 'cwd').mockReturnValue(home);
    const cases = words.flatMap(([what, word], index) =>
      commandLines.map((line, at): Case => {
        const args = line.split(' ').map((part) => part.replace('@', () => word));
        return { name: `${what} in "${line}"`, args: (index + at) % 3 === 0 ? [...args, '--json'] : args };
      }),
    );
    const { tried, faults } = await tryAll(cases, home);
    expect(faults).toEqual([]);
    expect(tried).toBeGreaterThan(900);
  });
});

/** Files that quote a word where they are wrong, and some where they are right. */
function hostileFiles(word: string): Readonly<Record<string, string | Uint8Array>> {
  const quoted = JSON.stringify(word);
  const head = '"format":"scattershot/pattern","version":1,"layers":[2,2]';
  const header = `{${quoted}:{"dtype":"U8","shape":[2,2],"data_offsets":[0,4]},"__metadata__":{"scattershot":${quoted}}}`;
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return {
    'raw.json': word,
    'broken.json': `{"format": ${word}`,
    'format.json': `{"format":${quoted},"version":1}`,
    'version.json': `{"format":"scattershot/pattern","version":${quoted}}`,
    'layers.json': `{"format":"scattershot/pattern","version":1,"layers":[${quoted},2],"junctions":[]}`,
    'edges.json': `{${head},"junctions":[[[${quoted}],[1]]]}`,
    'fingerprint.json': `{${head},"junctions":[[[0],[1]]],"fingerprint":${quoted}}`,
    'key.json': `{${head},"junctions":[[[0],[1]]],${quoted}:1}`,
    'context.json': `{${head},"junctions":[[[0],[1]]],"context":{"metric":${quoted},${quoted}:1}}`,
    'member.npz': zipSync({ [`${word.slice(0, 1000)}.npy`]: new Uint8Array(80) }),
    'header.npy': Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
      Buffer.from(word).subarray(0, 118),
    ]),
    'tensor.safetensors': Buffer.concat([size, Buffer.from(header), Buffer.alloc(4)]),
  };
}

test('no pattern file gets an escape through', async () => {
  await inFolder(async (home) => {
    const cases: Case[] = [];
    for (const [index, [what, word]] of words.entries()) {
      for (const [name, content] of Object.entries(hostileFiles(word))) {
        const path = join(home, `${index}-${name}`);
        writeFileSync(path, content);
        cases.push({ name: `${what} in ${name}`, args: ['score', path, ...(index % 2 === 0 ? ['--json'] : [])] });
      }
    }
    const { tried, faults } = await tryAll(cases, home);
    expect(faults).toEqual([]);
    expect(tried).toBeGreaterThan(250);
  });
});

test('no file of windows or edges gets an escape through', async () => {
  await inFolder(async (home) => {
    const pattern = join(home, 'one.json');
    writeFileSync(pattern, '{"format":"scattershot/pattern","version":1,"layers":[2,2],"junctions":[[[0],[1]]]}');
    const cases: Case[] = [];
    for (const [index, [what, word]] of words.entries()) {
      const quoted = JSON.stringify(word);
      const contents = [word, `{${quoted}:[[0]]}`, `{"1:1 forward":[[${quoted}]]}`, `{"1":{${quoted}:[]}}`];
      for (const [kind, content] of contents.entries()) {
        const path = join(home, `${index}-${kind}.json`);
        writeFileSync(path, content);
        const option = ['--windows', '--edges'][(index + kind) % 2];
        cases.push({ name: `${what} in ${option} ${kind}`, args: ['score', pattern, option, path] });
      }
    }
    expect((await tryAll(cases, home)).faults).toEqual([]);
  });
});

/** Columns of the database into which a word is written by hand; in JSON as one of its strings. */
const rows: readonly (readonly [string, string, (word: string) => string])[] = [
  ['studies', 'name', (word) => word],
  ['studies', 'kind', (word) => word],
  ['studies', 'metric', (word) => word],
  ['studies', 'created_at', (word) => word],
  ['studies', 'updated_at', (word) => word],
  ['studies', 'entry_keys', (word) => JSON.stringify([word, `${word}2`])],
  ['studies', 'entry_keys', (word) => word],
  ['studies', 'settings', (word) => JSON.stringify({ order: [word] })],
  ['studies', 'settings', (word) => word],
  ['studies', 'architecture', (word) => JSON.stringify({ layers: [word] })],
  ['studies', 'result', (word) => JSON.stringify({ verdict: word, meaning: word })],
  ['candidates', 'strategy', (word) => word],
  ['candidates', 'fingerprint', (word) => word],
  ['candidates', 'ties', (word) => JSON.stringify({ [word]: 0.5 })],
  ['candidates', 'vector', (word) => word],
  ['candidates', 'created_at', (word) => word],
  ['evaluations', 'dataset', (word) => word],
  ['evaluations', 'engine', (word) => word],
  ['evaluations', 'training_settings', (word) => word],
];

const readers: readonly (readonly string[])[] = [
  ['leaderboard'],
  ['leaderboard', '--csv'],
  ['leaderboard', '--json'],
  ['leaderboard', '--filter', 'x=1'],
  ['studies'],
  ['studies', '--json'],
  ['export', 'best', '--output', '-'],
];

/** A database whose rows can be written by hand. */
interface Rows {
  read(table: string, column: string): string;
  write(table: string, column: string, value: string): void;
  close(): void;
}

function openRows(home: string): Rows {
  const database = openDatabase(makeDatabase(home, [newCandidate(1)]));
  const { dataset, datasetDigest, engine, backend, device, settingsDigest } = newEvaluation(1, 1);
  database
    .prepare(
      `INSERT INTO evaluations (study_id, candidate, seed, settings_digest, status, dataset, dataset_digest, training_settings, engine, backend, device, test_accuracy, started_at, made_by)
       VALUES (1, 1, 1, ?, 'finished', ?, ?, '{"epochs":2}', ?, ?, ?, 0.5, '2026-01-01T00:00:00.000Z', 1)`,
    )
    .run(settingsDigest, dataset, datasetDigest, engine, backend, device);
  return {
    read: (table, column) => database.prepare(`SELECT ${column} FROM ${table}`).pluck().get() as string,
    write: (table, column, value) => void database.prepare(`UPDATE ${table} SET ${column} = ?`).run(value),
    close: () => void database.close(),
  };
}

test('no row of the database that was written by hand gets an escape through', async () => {
  await inFolder(async (home) => {
    const database = openRows(home);
    const faults: string[] = [];
    let tried = 0;
    for (const [index, [what, word]] of words.entries()) {
      for (const [at, [table, column, written]] of rows.entries()) {
        const value = database.read(table, column);
        database.write(table, column, written(word));
        const args = readers[(index + at) % readers.length];
        const name = `${what} in ${table}.${column}, ${args.join(' ')}`;
        faults.push(...faultsOf({ name, args }, await runInProcess(args, home)));
        database.write(table, column, value);
        tried += 1;
      }
    }
    database.close();
    expect(faults).toEqual([]);
    expect(tried).toBeGreaterThan(400);
  });
});

test('a sample through the built program, text and JSON', async () => {
  await inFolder(async (home) => {
    makeDatabase(home, [newCandidate(1)]);
    const lines = [
      '@',
      'score @',
      'leaderboard --filter @>1',
      'studies remove @',
      'search --net morse --budget @ --json',
    ];
    const sample = words.filter(([, word]) => word.length < 1000 || word.startsWith('x')).slice(0, 25);
    const cases = lines.map((line, index): Case => {
      const [what, word] = sample[(5 * index + 1) % sample.length];
      return { name: `${what} in "${line}"`, args: line.split(' ').map((part) => part.replace('@', () => word)) };
    });
    const runs = await Promise.all(cases.map(({ args }) => runProgram(args, { cwd: home })));
    expect(runs.flatMap((run, index) => faultsOf(cases[index], { ...run, code: run.code ?? -1 }))).toEqual([]);
  });
});

test('on a terminal with colours only the headings of tables have some', async () => {
  await inFolder(async (home) => {
    const database = openRows(home);
    database.write('candidates', 'strategy', hostileWords.colours);
    database.close();
    const before = { isTTY: process.stdout.isTTY, term: process.env.TERM, noColor: process.env.NO_COLOR };
    try {
      Object.assign(process.stdout, { isTTY: true });
      process.env.TERM = 'xterm';
      delete process.env.NO_COLOR;
      const { stdout } = await runInProcess(['leaderboard'], home);
      const [heading, ...rest] = stdout.split('\n');
      expect([heading.slice(0, 4), heading.slice(-5)]).toEqual(['\u001b[1m', '\u001b[22m']);
      expect(rest.join('\n')).toContain('\\x1b[31;1mred');
      expect(outputFault(rest.join('\n'))).toBeNull();
    } finally {
      Object.assign(process.stdout, { isTTY: before.isTTY });
      if (before.term !== undefined) process.env.TERM = before.term;
      if (before.noColor !== undefined) process.env.NO_COLOR = before.noColor;
    }
  });
});
