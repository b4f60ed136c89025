import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import * as api from '../../src/index.ts';
import { Store } from '../../src/store/index.ts';

/** The functions that a program calls for what a command does; of the store those of a `Store` that `openStore` gave. */
interface Functions {
  readonly calls: readonly (keyof typeof api)[];
  readonly store?: readonly (keyof Store)[];
}

/** Every command with its functions, or with why a program has no use for one. */
const functionsOf: Readonly<Record<string, Functions | string>> = {
  demo: { calls: ['demoSettings', 'runStudy', 'continueStudy'] },
  search: { calls: ['search', 'searchSettings', 'runStudy', 'continueStudy'] },
  score: { calls: ['score', 'readPatternFile', 'constraintFault'] },
  train: { calls: ['train'] },
  validate: { calls: ['validationSettings', 'runStudy', 'continueStudy', 'ownProxies', 'judgeTable'] },
  leaderboard: { calls: ['listCandidates'] },
  report: { calls: ['writeReport'] },
  watch:
    'shows a study of another process to a person; a program hears its own as events, and reads the others from the store',
  stop: 'signals a process of this machine; a program ends its own studies by their AbortSignal',
  worker: 'a process of its own on every machine of a lab, which a person or a batch system starts',
  workers: 'tells a person who is at work; a study of a program hears of its hosts as events',
  'studies list': { calls: ['openStore'], store: ['listStudies'] },
  'studies rename': { calls: ['openStore'], store: ['renameStudy'] },
  'studies remove': { calls: ['openStore'], store: ['removeStudy'] },
  'studies check': { calls: ['openStore'], store: ['check'] },
  'strategy check': { calls: ['checkStrategyFile'] },
  plan: { calls: ['planNetwork'] },
  reproduce: { calls: ['reproduce', 'writeReproduction'] },
  export: { calls: ['writePatternFile'], store: ['loadPattern'] },
  'data list': { calls: ['listDatasets'] },
  'data fetch': { calls: ['fetchDataset'] },
  'data path': { calls: ['datasetState'] },
  'setup tensorflow':
    'builds a package in a folder of the user by pip, npm and a compiler, once a machine: a person decides that',
  'trainer init': 'writes a program to start from into the current folder, for a person to change',
  'trainer check': { calls: ['train'] },
  doctor: { calls: ['detectBackends'] },
  'completion bash': 'a script for a shell',
  'completion zsh': 'a script for a shell',
  'completion fish': 'a script for a shell',
  'completion suggest': 'what those scripts ask',
};

/** Commands that do something themselves, as they are typed. */
function commandNames(command: Command, path = ''): string[] {
  if (command.commands.length === 0) return [path];
  return command.commands.flatMap((sub) => commandNames(sub, `${path} ${sub.name()}`.trim()));
}

test('every command has its functions, or a reason why it has none', async () => {
  const { program } = await createProgram();
  const without = commandNames(program).filter((name) => functionsOf[name] === undefined);
  expect(without, 'name their functions in this test, or say why a program needs none').toEqual([]);
});

test('the functions are there, and a store has its own', () => {
  const functions = new Map(Object.entries(api));
  const named = Object.values(functionsOf).filter((found) => typeof found !== 'string');
  for (const { calls, store = [] } of named) {
    for (const name of calls) expect([name, typeof functions.get(name)]).toEqual([name, 'function']);
    for (const name of store) expect([name, typeof Store.prototype[name]]).toEqual([name, 'function']);
  }
});
