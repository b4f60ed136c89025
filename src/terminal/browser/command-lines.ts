import { shellWord } from '../../base/shell-word.ts';
import { type StudyRef, sortText } from './listing.ts';
import { listingBelow } from './reduce-listing.ts';
import { type BrowserState, currentCandidate, levelOf, studyOf } from './state.ts';

/** "scattershot export 17 …", as a POSIX shell reads it. */
export const shownCommand = (words: readonly string[]): string => ['scattershot', ...words].map(shellWord).join(' ');

export const exportWords = (study: StudyRef, candidate: number, file: string): readonly string[] => [
  ...['export', String(candidate), '--study', study.name, '--output', file],
];

/** @param training options under which the training counts with those that the study has */
export const trainWords = (
  study: StudyRef,
  candidate: number,
  seeds: number,
  training: readonly string[],
): readonly string[] => ['train', study.name, String(candidate), '--seeds', String(seeds), ...training, '--detach'];

export const reportWords = (study: StudyRef): readonly string[] => ['report', study.name];

/** A name for a candidate's file. */
export const fileName = (study: StudyRef, candidate: number): string => `${study.name}-${candidate}.npz`;

/** A value as a filter reads it, whatever is in it. */
const quotedValue = (value: string): string => (value.includes('"') ? `'${value}'` : `"${value}"`);

/** The command that shows the table as it is, and its rows. */
function leaderboardCommand(state: BrowserState): string {
  const listing = listingBelow(state);
  const study = studyOf(levelOf(state));
  if (study === null || listing === null) return shownCommand(['studies', ...state.options]);
  const { sort, filter, find } = listing.query;
  const words = ['leaderboard', study.name];
  if (listing.listing.kind === 'candidates') {
    const { family } = listing.listing;
    const conditions = [
      ...(family === null ? [] : [`family=${quotedValue(family)}`]),
      ...(filter === '' ? [] : [filter]),
      ...(find === '' || find === '!'
        ? []
        : [find.startsWith('!') ? `!${quotedValue(find.slice(1))}` : quotedValue(find)]),
    ].join(' ');
    if (sort.length > 0) words.push('--sort', sortText(sort));
    if (conditions !== '') words.push('--filter', conditions);
  }
  return shownCommand([...words, ...state.options]);
}

/** The command line of what is shown: that exports a candidate, or prints a table. */
export function commandOfView(state: BrowserState): string {
  const level = levelOf(state);
  const study = studyOf(level);
  const candidate = currentCandidate(level);
  if (study === null || candidate === null) return leaderboardCommand(state);
  return shownCommand([...exportWords(study, candidate, fileName(study, candidate)), ...state.options]);
}

/** Where to go on after the browser: the table with its order and filter, and what was marked. */
export function farewell(state: BrowserState): string {
  const study = studyOf(levelOf(state));
  const marks = study === null ? [] : (state.marks.get(study.id) ?? []);
  const filter = marks.map((key) => `candidate=${key}`).join(' ');
  const marked =
    study === null || marks.length === 0
      ? ''
      : `\nMarked: ${marks.join(', ')}; again with: ${shownCommand(['leaderboard', study.name, '--filter', filter, ...state.options])}`;
  return `This table again: ${leaderboardCommand(state)}${marked}\n`;
}

/** Python that makes a candidate's network in PyTorch, after the command that writes the module it imports. */
export function pytorchSnippet(study: StudyRef, candidate: number): string {
  const name = `candidate_${candidate}`;
  return `# Candidate ${candidate} of ${study.name}, after: ${shownCommand(exportWords(study, candidate, `${name}.py`))}
import torch
import ${name}

network = ${name}.network(activation=torch.nn.ReLU)
`;
}
