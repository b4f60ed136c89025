import type { StudyRecord } from '../store/index.ts';

/** The command that goes on with a study that was interrupted. */
export const goOnCommand = ({ kind, name }: Pick<StudyRecord, 'kind' | 'name'>): string =>
  kind === 'train' ? `scattershot train ${name}` : `scattershot ${kind} --resume ${name}`;
