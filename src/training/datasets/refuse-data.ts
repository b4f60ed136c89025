import { failure, ScattershotError } from '../../base/failure.ts';

const EXPECTED = 'Expected are arrays x and y, or x_train, y_train, x_test and y_test, or a pair of IDX files.';

/** Refuses files as a data set. @throws ScattershotError 'not-a-dataset' */
export function refuseData(message: string, nextStep = EXPECTED): never {
  throw new ScattershotError(failure('not-a-dataset', message, nextStep));
}
