import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type Failure, type Outcome, ScattershotError } from '../../../src/base/failure.ts';

/** What a parser refused; fails the test where it did not, or broke in another way. */
export function refusalOf(parse: () => unknown): Failure {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof ScattershotError)) throw error;
    expect(error.failure.nextStep).toMatch(/\.$/);
    return error.failure;
  }
  throw new Error('expected a refusal; got none');
}

/** The failure of an outcome; fails the test where it succeeded. */
export function failureOf(outcome: Outcome<unknown>): Failure {
  if (outcome.ok) throw new Error('expected a failure; got success');
  expect(outcome.nextStep).toMatch(/\.$/);
  return outcome;
}

/** A folder of this test alone, gone after it. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
