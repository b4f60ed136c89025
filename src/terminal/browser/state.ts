import type { CandidateAnalysis } from '../../study/candidate-analysis.ts';
import type { CandidateFacts } from '../../study/candidate-facts.ts';
import type { JunctionDifference } from '../../study/pattern-difference.ts';
import type { Listing, ListingColumn, ListingQuery, ListingRow, StudyRef } from './listing.ts';

/** A table with its cursor. Only the rows near the screen are here; the others stay in the database. */
export interface ListingLevel {
  readonly kind: 'listing';
  readonly listing: Listing;
  readonly query: ListingQuery;
  /** number of the row under the cursor, from 0 */
  readonly index: number;
  /** its key; null until the row is known */
  readonly key: string | null;
  /** number of the first row shown */
  readonly top: number;
  /** among the columns that are shown */
  readonly columnIndex: number;
  /** where a range of marks began; null: none is being made */
  readonly anchor: number | null;
  /** rows that pass the query; null until they were counted */
  readonly total: number | null;
  /** number of the first of `rows` */
  readonly start: number;
  readonly rows: readonly ListingRow[];
  /** the rows are those of an earlier query, or of the database before a change */
  readonly isStale: boolean;
  readonly fault: string | null;
}

export const detailTabs = ['scatter', 'trainings', 'pictures', 'origin'] as const;
export type DetailTab = (typeof detailTabs)[number];

/** What part of a picture is shown. */
export interface Viewport {
  /** which picture, from 0 */
  readonly picture: number;
  /** 0: all of it fits; each step doubles */
  readonly zoom: number;
  /** the middle of what is shown, as shares of the picture */
  readonly x: number;
  readonly y: number;
}

export const wholePicture: Viewport = { picture: 0, zoom: 0, x: 0.5, y: 0.5 };

/** One candidate. */
export interface DetailLevel {
  readonly kind: 'detail';
  readonly study: StudyRef;
  readonly candidate: number;
  readonly tab: DetailTab;
  readonly scroll: number;
  readonly viewport: Viewport;
  readonly facts: CandidateFacts | null;
  /** random levels, proxies and pictures, which take longer */
  readonly analysis: CandidateAnalysis | null;
  readonly isStale: boolean;
  readonly fault: string | null;
}

export const compareTabs = ['scatter', 'edges', 'settings'] as const;
export type CompareTab = (typeof compareTabs)[number];

/** Candidates side by side. */
export interface CompareLevel {
  readonly kind: 'compare';
  readonly study: StudyRef;
  readonly candidates: readonly number[];
  readonly tab: CompareTab;
  readonly scroll: number;
  /** first of the candidates after the first one that is shown, and the one that the first is held against */
  readonly other: number;
  readonly viewport: Viewport;
  /** by candidate; absent until it is loaded */
  readonly facts: ReadonlyMap<number, CandidateFacts>;
  /** candidates whose facts are those of the database as it is */
  readonly fresh: ReadonlySet<number>;
  /** by "17 23" */
  readonly differences: ReadonlyMap<string, readonly JunctionDifference[]>;
  readonly fault: string | null;
}

export type Level = ListingLevel | DetailLevel | CompareLevel;

export type PromptKind = 'find' | 'filter' | 'sort' | 'export' | 'train';

/** A line that is being typed. */
export interface Prompt {
  readonly kind: PromptKind;
  readonly text: string;
  /** in characters from the beginning */
  readonly caret: number;
  /** why it cannot be used as it is */
  readonly fault: string | null;
}

/** Columns being chosen. */
export interface ColumnChoice {
  readonly index: number;
  /** names of those shown, in order */
  readonly shown: readonly string[];
  /** all names, those shown first */
  readonly names: readonly string[];
}

export interface Notice {
  readonly text: string;
  readonly tone: 'good' | 'alert' | 'quiet';
}

/** A range of rows that is to be marked once their keys are known. */
export interface PendingRange {
  readonly listing: Listing;
  readonly query: ListingQuery;
  readonly from: number;
  readonly to: number;
}

/** Columns shown, by kind of listing; absent: the default ones. */
export type ShownColumns = Readonly<Partial<Record<Listing['kind'], readonly string[]>>>;

/** What commands and columns need to know of a study. */
export interface StudyInfo extends StudyRef {
  readonly layers: readonly number[];
  /** of its candidates */
  readonly columns: readonly ListingColumn[];
  /** options of `train` under which a training counts with those that the study has */
  readonly training: readonly string[];
  /** what its accuracies are of: "on morse after 12 epochs, by the sparse engine"; empty: nothing was trained */
  readonly trained: string;
}

export interface BrowserState {
  /** options that every command is given: the database, where it is not the default one */
  readonly options: readonly string[];
  readonly columns: number;
  readonly rows: number;
  /** where we stand; the last is shown */
  readonly levels: readonly Level[];
  readonly prompt: Prompt | null;
  readonly choice: ColumnChoice | null;
  readonly helpScroll: number | null;
  readonly notice: Notice | null;
  /** keys of marked candidates, in the order of marking, by number of study */
  readonly marks: ReadonlyMap<number, readonly string[]>;
  readonly pendingRange: PendingRange | null;
  /** by number; absent until it is loaded */
  readonly infos: ReadonlyMap<number, StudyInfo>;
  readonly shown: ShownColumns;
}

/** What the browser asks of the world. */
export type Effect =
  | { readonly kind: 'leave' }
  | { readonly kind: 'copy'; readonly what: string; readonly text: string }
  /** copies what is on the screen */
  | { readonly kind: 'copy-view' }
  | { readonly kind: 'run'; readonly purpose: RunPurpose; readonly words: readonly string[] }
  | { readonly kind: 'keep-columns'; readonly shown: ShownColumns };

export type RunPurpose = 'export' | 'train' | 'report';

export interface BrowserStep {
  readonly state: BrowserState;
  readonly effects: readonly Effect[];
}

export const levelOf = (state: BrowserState): Level => state.levels[state.levels.length - 1];

/** The study that a level is about; null for the list of them. */
export function studyOf(level: Level): StudyRef | null {
  if (level.kind !== 'listing') return level.study;
  return level.listing.kind === 'studies' ? null : level.listing.study;
}

/** The row under the cursor, where it is here. */
export const currentRow = ({ rows, start, index }: ListingLevel): ListingRow | null => rows[index - start] ?? null;

/** The candidate that commands are about; null where there is none. */
export function currentCandidate(level: Level): number | null {
  if (level.kind === 'detail') return level.candidate;
  if (level.kind === 'compare') return level.candidates[0] ?? null;
  if (level.listing.kind !== 'candidates') return null;
  const row = currentRow(level);
  return row === null ? null : Number(row.key);
}

export const marksOf = (state: BrowserState, study: StudyRef | null): readonly string[] =>
  study === null ? [] : (state.marks.get(study.id) ?? []);
