import { cleanText } from '../base/clean-text.ts';
import type { TrainerCheck } from '../training/command/check.ts';
import type { WrittenProgram } from '../training/command/ready-programs.ts';
import { paragraph, type TextOptions } from './format.ts';

/** What was written, and the command lines to go on with, which are never broken. */
export function writtenProgramText({ file, command, notes }: WrittenProgram, options: TextOptions): string {
  return [
    ...paragraph(`Wrote ${file}. ${notes.join(' ')}`, options),
    'Next:',
    `  scattershot trainer check "${command}"`,
    `  scattershot demo --engine command --trainer "${command}"`,
  ].join('\n');
}

/** What a trainer did when it was tried, a line a step. */
export function trainerCheckText({ steps, ok }: TrainerCheck): string {
  const width = Math.max(...steps.map(({ asked }) => asked.length));
  const lines = steps.map(
    (step) => `${step.ok ? 'ok   ' : 'FAILS'}  ${step.asked.padEnd(width)}  ${cleanText(step.detail)}`,
  );
  const end = ok ? 'It keeps the protocol.' : 'It does not keep the protocol; see docs/trainers.md.';
  return `${[...lines, '', end].join('\n')}\n`;
}
