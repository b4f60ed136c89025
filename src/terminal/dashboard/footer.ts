import { keysLine } from '../keys/key-table.ts';
import type { Line } from '../lines.ts';
import type { Theme } from '../theme.ts';
import type { Controls } from './controls.ts';
import { keysOf } from './keys.ts';

export interface FooterProps {
  readonly controls: Controls;
  /** false where no keys can be read */
  readonly keys: boolean;
  readonly ended: boolean;
  readonly width: number;
  readonly theme: Theme;
}

const questions = {
  end: 'End the study? Everything is kept. y/n',
  'end-after-trainings': 'End after the running trainings? y/n',
  'end-at-once': 'End at once? What is stored stays. y/n',
} as const;

/** A question, what was set going, or the keys. */
export function footerLine({ controls, keys, ended, width, theme }: FooterProps): Line {
  const { question, stopping, told, watching } = controls;
  if (question !== null) return [{ text: questions[question], tone: 'alert' }];
  if (ended) return [{ text: watching ? 'the study has ended; q leaves' : 'the study has ended', tone: 'quiet' }];
  if (told !== null) return [{ text: told, tone: 'alert' }];
  if (stopping) return [{ text: `stopping, everything is stored${keys ? '; q: at once' : ''}`, tone: 'alert' }];
  if (controls.paused) return [{ text: 'paused; p goes on', tone: 'alert' }];
  if (controls.endsAfterTrainings) return [{ text: 'ending after the trainings that run', tone: 'alert' }];
  if (!keys) return [{ text: 'Ctrl-C ends it, and keeps everything', tone: 'quiet' }];
  return keysLine(keysOf(controls), width, theme);
}
