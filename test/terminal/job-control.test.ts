import { expect, test } from 'vitest';
import { parseProcessStat } from '../../src/terminal/job-control.ts';

test('the groups are found behind a program’s name with spaces and brackets', () => {
  expect(parseProcessStat('16573 (a) b (c) S 1 16614 16000 34816 16614 4194304 2696 0')).toEqual({
    group: 16614,
    foregroundGroup: 16614,
  });
  expect(parseProcessStat('nonsense')).toBeNull();
});
