import { failure, type Outcome, success } from '../../base/failure.ts';

/** One column to sort by: in its own order (the better first), or the other way round. */
export interface SortKey {
  readonly column: string;
  readonly reversed: boolean;
}

/** "accuracy,-scatter": columns with commas between; a minus turns one around. Failure 'bad-sort'. */
export function parseSort(text: string): Outcome<readonly SortKey[]> {
  const keys = text.split(',').map((part) => part.trim());
  if (keys.some((key) => key === '' || key === '-')) {
    const nextStep = 'Give columns with commas between, such as accuracy,-scatter.';
    return failure('bad-sort', `"${text}" lacks the name of a column`, nextStep);
  }
  return success(keys.map((key) => ({ column: key.replace(/^-\s*/, ''), reversed: key.startsWith('-') })));
}
