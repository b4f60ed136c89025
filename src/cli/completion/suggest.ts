import type { Command, Option } from 'commander';
import { type Values, valuesOfArgument, valuesOfOption } from './values.ts';

/** One word that may stand at the cursor. */
export interface Suggestion {
  readonly word: string;
  /** a few words on it; may be empty */
  readonly about: string;
}

export interface Suggestions {
  readonly suggestions: readonly Suggestion[];
  /** endings of the files that may stand there too, empty: of any; null where no file may */
  readonly files: readonly string[] | null;
}

export type StudyNames = (database: string | undefined) => Promise<readonly string[]>;

/** A command line up to the cursor. */
interface Typed {
  readonly command: Command;
  /** "data fetch" */
  readonly path: string;
  /** what is known of options, by long name */
  readonly given: ReadonlyMap<string, string | null>;
  /** arguments before the word at the cursor */
  readonly position: number;
  /** the option whose value the cursor is at */
  readonly option: Option | null;
  /** the word at the cursor: of `--option=value` the value */
  readonly word: string;
  /** what stands in the same word before it */
  readonly before: string;
  /** "--" was typed: only arguments follow */
  readonly onlyArguments: boolean;
}

const takesValue = (option: Option) => option.required || option.optional;

const optionNamed = (command: Command, name: string): Option | null =>
  command.options.find(({ long, short }) => long === name || short === name) ?? null;

const commandNamed = (command: Command, name: string): Command | null =>
  command.commands.find((sub) => sub.name() === name) ?? null;

/** @param words those up to the cursor, the last one the word at it, without the program's name */
function readTyped(program: Command, words: readonly string[]): Typed {
  let command = program;
  let path = '';
  let position = 0;
  let option: Option | null = null;
  let onlyArguments = false;
  const given = new Map<string, string | null>();
  for (const word of words.slice(0, -1)) {
    if (option !== null) {
      given.set(option.long ?? '', word);
      option = null;
    } else if (word === '--' && !onlyArguments) onlyArguments = true;
    else if (word.startsWith('-') && !onlyArguments) {
      const [name, ...value] = word.split('=');
      given.set(name, value.length === 0 ? null : value.join('='));
      const named = optionNamed(command, name);
      if (named !== null && takesValue(named) && value.length === 0) option = named;
    } else {
      const sub = position === 0 ? commandNamed(command, word) : null;
      if (sub === null) position++;
      else [command, path] = [sub, `${path} ${word}`.trim()];
    }
  }
  const last = words.at(-1) ?? '';
  const joined = option === null && !onlyArguments ? /^(--[^=]+)=(.*)$/.exec(last) : null;
  const named = joined === null ? null : optionNamed(command, joined[1]);
  if (joined === null || named === null)
    return { command, path, given, position, option, word: last, before: '', onlyArguments };
  return { command, path, given, position, option: named, word: joined[2], before: `${joined[1]}=`, onlyArguments };
}

/** The first sentence, or what comes before a colon or a bracket: a line beside a word has no room for more. */
const short = (text: string) => text.split(/[;:(]|\. /)[0].trim();

function optionSuggestions({ command, given, word }: Typed): Suggestion[] {
  return command.options
    .filter(({ long, hidden }) => long != null && !hidden && (!given.has(long) || long === word))
    .map(({ long, description }) => ({ word: long ?? '', about: short(description) }))
    .concat({ word: '--help', about: 'options and examples' })
    .filter((suggestion) => suggestion.word.startsWith(word));
}

async function valueSuggestions(typed: Typed, values: Values, studyNames: StudyNames): Promise<Suggestions> {
  const { given, word, before } = typed;
  const written = values.isList ? word.slice(0, word.lastIndexOf(',') + 1) : '';
  const taken = new Set(written.split(','));
  const all = [
    ...((await values.words?.()) ?? []),
    ...(values.studies ? await studyNames(given.get('--db') ?? undefined) : []),
  ];
  const suggestions = all
    .filter((value) => !taken.has(value) && (written + value).startsWith(word))
    .map((value) => ({ word: before + written + value, about: '' }));
  return { suggestions, files: values.files ?? null };
}

/**
 * What may stand at the cursor of a command line.
 * @param program with the command that is typed loaded
 * @param words those up to the cursor, the last one the word at it (it may be empty), without the program's name
 */
export async function suggest(
  program: Command,
  words: readonly string[],
  studyNames: StudyNames,
): Promise<Suggestions> {
  const typed = readTyped(program, words);
  const { command, path, option, position, word, onlyArguments } = typed;
  if (option !== null) return valueSuggestions(typed, valuesOfOption(option), studyNames);
  if (word.startsWith('-') && !onlyArguments) return { suggestions: optionSuggestions(typed), files: null };
  const below = position > 0 ? [] : command.commands.filter((sub) => sub.name().startsWith(word) && !isHidden(sub));
  const commands = below.map((sub) => ({ word: sub.name(), about: short(sub.summary() || sub.description()) }));
  const { registeredArguments } = command;
  const argument = registeredArguments[position] ?? registeredArguments.findLast(({ variadic }) => variadic);
  if (argument === undefined) {
    const options = commands.length > 0 || word !== '' ? [] : optionSuggestions(typed);
    return { suggestions: [...commands, ...options], files: null };
  }
  const values = await valueSuggestions(typed, valuesOfArgument(path, argument), studyNames);
  return { ...values, suggestions: [...commands, ...values.suggestions] };
}

/** commander says so only to its own help. */
const isHidden = (command: Command) => !command.parent?.createHelp().visibleCommands(command.parent).includes(command);
