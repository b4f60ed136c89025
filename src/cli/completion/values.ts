import type { Argument, Option } from 'commander';
import { strategyNames } from '../../../strategies/names.ts';
import { readableEndings } from '../../pattern/formats/endings.ts';
import { presets } from '../../pattern/presets.ts';
import { OTHER_SCATTER, proxyNames } from '../../proxies/names.ts';
import { choicesOf } from '../parse.ts';

/** What may stand as the value of an option or as an argument. */
export interface Values {
  /** words with their explanations */
  words?(): readonly string[] | Promise<readonly string[]>;
  /** several with commas between */
  readonly isList?: boolean;
  /** names of studies, from the database */
  readonly studies?: boolean;
  /** endings of the files that may stand here; empty: any */
  readonly files?: readonly string[];
}

const MODULES = ['.mjs', '.js'];
const studies: Values = { studies: true };
const anyFile: Values = { files: [] };
const patternFile: Values = { files: readableEndings };

/** Loaded only where a data set is completed. */
const datasetNames = async () => (await import('../../training/datasets/index.ts')).datasetNames;
const columnNames = async () =>
  (await import('../../store/board/columns.ts')).boardColumns({ entryKeys: [] }).map(({ name }) => name);

/** By the option's long name. */
const ofOptions: Readonly<Record<string, Values>> = {
  '--net': { words: () => Object.keys(presets) },
  '--strategy': { words: () => strategyNames, isList: true, files: MODULES },
  '--rank-by': { words: () => [OTHER_SCATTER, ...proxyNames], isList: true },
  '--proxy': { files: MODULES },
  '--data': { words: datasetNames, files: ['.npz'] },
  '--windows': { words: () => ['integral', 'balanced'], files: ['.json'] },
  '--edges': { files: ['.json'] },
  '--table': { files: ['.csv'] },
  '--db': { files: ['.db'] },
  '--sort': { words: columnNames, isList: true },
  '--resume': studies,
  '--study': studies,
};

/** By the command and the argument's name, or by the argument's name alone. */
const ofArguments: Readonly<Record<string, Values>> = {
  study: studies,
  candidate: { words: () => ['best'] },
  file: patternFile,
  'file-or-study': { ...studies, ...patternFile },
  'strategy check file': { files: MODULES },
  'data fetch names': { words: datasetNames },
  'data path name': { words: datasetNames },
};

/** What may stand as the value of an option: its choices, or what is known of its name or of the kind of value. */
export function valuesOfOption(option: Option): Values {
  const choices = option.argChoices ?? choicesOf(option.parseArg);
  if (choices !== null) return { words: () => choices };
  const known = ofOptions[option.long ?? ''];
  if (known !== undefined) return known;
  return /<(file|path|folder|command|place)>/.test(option.flags) ? anyFile : {};
}

/** @param command "data fetch" */
export function valuesOfArgument(command: string, argument: Argument): Values {
  const choices = argument.argChoices ?? choicesOf(argument.parseArg);
  if (choices !== null) return { words: () => choices };
  return ofArguments[`${command} ${argument.name()}`] ?? ofArguments[argument.name()] ?? {};
}
