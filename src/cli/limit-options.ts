import { Option } from 'commander';
import {
  LEAST_WORKER_MEMORY_MB,
  STEP_TIMEOUT_SECONDS,
  type StepLimits,
  WORKER_MEMORY_MB,
} from '../search/step-limits.ts';
import { positiveNumber, wholeNumber } from './parse.ts';

/** Options of commands that run strategies, as they are typed. */
export interface TypedLimits {
  readonly stepTimeout?: number;
  readonly workerMemory?: number;
}

export const limitOptions: readonly Option[] = [
  new Option(
    '--step-timeout <seconds>',
    `end an island whose step takes longer (default: ${STEP_TIMEOUT_SECONDS} for strategies of your own, none for ours)`,
  ).argParser(positiveNumber),
  new Option(
    '--worker-memory <MB>',
    `end an island whose step needs more memory for its objects, arrays of numbers not counted (default: ${WORKER_MEMORY_MB})`,
  ).argParser(wholeNumber(LEAST_WORKER_MEMORY_MB)),
];

export const limitsFrom = ({ stepTimeout, workerMemory }: TypedLimits): StepLimits => ({
  stepSeconds: stepTimeout,
  workerMemoryMb: workerMemory,
});
