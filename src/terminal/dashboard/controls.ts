import type { DashboardState } from '../dashboard-state.ts';
import type { KeyPress } from '../keys/key-reader.ts';
import { commandOf } from '../keys/key-table.ts';
import { type DashboardCommand, keysOf } from './keys.ts';

/** What the user has set going in the dashboard. */
export interface Controls {
  /** the study is another process's: keys leave the view, and end nothing */
  readonly watching: boolean;
  /** the study can be paused from here */
  readonly controlled: boolean;
  /** the leaderboard can be opened from here */
  readonly browsable: boolean;
  readonly paused: boolean;
  /** the study was asked to end in order */
  readonly stopping: boolean;
  /** the study ends after the trainings that run */
  readonly endsAfterTrainings: boolean;
  /** a question that waits for its answer */
  readonly question: OpenQuestion | null;
  /** a sentence about the end that is under way */
  readonly told: string | null;
  readonly help: boolean;
}

export type OpenQuestion = 'end' | 'end-at-once' | 'end-after-trainings';

export const initialControls: Controls = {
  ...{
    watching: false,
    controlled: false,
    browsable: false,
    paused: false,
    stopping: false,
    endsAfterTrainings: false,
  },
  ...{ question: null, told: null, help: false },
};

/** What a key asks of the program around the view: of the study, or to leave one that goes on. */
export type Effect = 'interrupt' | 'end-at-once' | 'end-after-trainings' | 'pause' | 'go-on' | 'leave' | 'leaderboard';

/** What a key's meaning depends on. */
export interface Situation {
  readonly ended: boolean;
  /** trainings run, or will */
  readonly training: boolean;
}

export const situationOf = ({ end, training }: DashboardState): Situation => ({
  ended: end !== null,
  training: training.jobs.length > 0,
});

export interface PressResult {
  readonly controls: Controls;
  readonly effect: Effect | null;
}

const only = (controls: Controls): PressResult => ({ controls, effect: null });

const interrupted = (controls: Controls): PressResult => ({
  controls: { ...controls, question: null, help: false, paused: false, stopping: true },
  effect: 'interrupt',
});

function answer(controls: Controls, key: KeyPress): PressResult {
  const { question } = controls;
  const answered = { ...controls, question: null };
  if (key.name.toLowerCase() !== 'y') return only(answered);
  if (question === 'end') return interrupted(controls);
  if (question === 'end-at-once') return { controls: answered, effect: 'end-at-once' };
  return { controls: { ...answered, paused: false, endsAfterTrainings: true }, effect: 'end-after-trainings' };
}

function obey(controls: Controls, command: DashboardCommand | null, { training }: Situation): PressResult {
  const { stopping, paused } = controls;
  if (command === 'end') return only({ ...controls, question: stopping ? 'end-at-once' : 'end' });
  if (command === 'end-after' && training && !stopping) return only({ ...controls, question: 'end-after-trainings' });
  if (command === 'pause' && !stopping)
    return { controls: { ...controls, paused: !paused }, effect: paused ? 'go-on' : 'pause' };
  return only(controls);
}

/** The controls after a key. What is pasted is no key; a question takes one key for its answer, and only y is a yes. */
export function pressKey(controls: Controls, key: KeyPress, situation: Situation): PressResult {
  if (key.name === 'paste') return only(controls);
  const command = commandOf(keysOf(controls), key);
  if (command === 'leave') return { controls, effect: 'leave' };
  if (command === 'interrupt') return interrupted(controls);
  if (controls.question !== null) return answer(controls, key);
  if (controls.help) return only({ ...controls, help: false });
  if (command === 'leaderboard') return { controls, effect: 'leaderboard' };
  if (command === 'help') return only({ ...controls, help: true });
  return situation.ended ? only(controls) : obey(controls, command, situation);
}
