import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makePattern } from '../../../src/pattern/pattern.ts';

/** A file of test/fixtures/masks. */
export const maskPath = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/masks/${name}`, import.meta.url));

export const maskFile = (name: string): Buffer => readFileSync(maskPath(name));

/** Left neurons (step · j + i · left / fan-in) mod left, as make-masks.py deals them out. */
const junction = (left: number, right: number, fanIn: number, step: number) =>
  Uint32Array.from(
    { length: right * fanIn },
    (_, e) => (step * Math.floor(e / fanIn) + (e % fanIn) * (left / fanIn)) % left,
  );

/** What the files hold. */
export const maskPattern = () =>
  makePattern({ layers: [16, 32, 4], fanOuts: [8, 1] }, [junction(16, 32, 4, 3), junction(32, 4, 8, 7)]);

/** Their first junction alone, which is all that some of them hold. */
export const firstMaskPattern = () => makePattern({ layers: [16, 32], fanOuts: [8] }, [junction(16, 32, 4, 3)]);
