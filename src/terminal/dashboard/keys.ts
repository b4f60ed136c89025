import type { KeyTable } from '../keys/key-table.ts';

export type DashboardCommand =
  | 'end'
  | 'interrupt'
  | 'pause'
  | 'end-after'
  | 'leave'
  | 'leaderboard'
  | 'help'
  | 'suspend'
  | 'repaint';

interface KeysWanted {
  readonly watching: boolean;
  readonly controlled: boolean;
  readonly browsable: boolean;
}

type DashboardTable = KeyTable<DashboardCommand>;

const end: DashboardTable = [
  { keys: ['q', 'Q'], command: 'end', brief: 'end', help: 'end the study after a question, keeping all' },
];

const control: DashboardTable = [
  { keys: ['p', 'space'], command: 'pause', brief: 'pause', help: 'pause the study, or go on' },
  { keys: ['s'], command: 'end-after', brief: 'end after', help: 'end after the trainings that run, after a question' },
];

const help: DashboardTable = [{ keys: ['?', 'h'], command: 'help', brief: 'keys', help: 'these keys' }];

const interrupt: DashboardTable = [
  { keys: ['ctrl-c'], command: 'interrupt', help: 'end the study without a question, keeping all' },
];

/** Suspending and repainting work in every view, and stand here for the help. */
const everywhere: DashboardTable = [
  { keys: ['ctrl-z'], command: 'suspend', help: 'stop, back to the shell; fg goes on here, bg in plain lines' },
  { keys: ['ctrl-l'], command: 'repaint', help: 'paint the screen anew' },
];

const leave: DashboardTable = [
  { keys: ['q', 'Q', 'ctrl-c'], command: 'leave', brief: 'leave', help: 'leave this view; the study goes on' },
];

const leaderboard: DashboardTable = [
  { keys: ['l'], command: 'leaderboard', brief: 'leaderboard', help: 'browse the leaderboard; q comes back' },
];

/** The keys of a study's own dashboard, or of the view of one that runs elsewhere. */
export function keysOf({ watching, controlled, browsable }: KeysWanted): DashboardTable {
  return [
    ...(watching ? leave : end),
    ...(controlled && !watching ? control : []),
    ...(browsable ? leaderboard : []),
    ...help,
    ...(watching ? [] : interrupt),
    ...everywhere,
  ];
}
