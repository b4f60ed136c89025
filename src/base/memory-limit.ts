import { constants } from 'node:buffer';
import { freemem } from 'node:os';

/** Bytes that this process may still take: what the system has free, within the limits of a container. */
export const freeMemory = (): number => process.availableMemory?.() ?? freemem();

/**
 * The most bytes that one input, packed or unpacked, may take: a third of the free memory, since what is read from it takes
 * memory beside it, and no more than one Buffer holds.
 */
export const memoryLimit = (): number => Math.min(constants.MAX_LENGTH - 1, Math.floor(freeMemory() / 3));
