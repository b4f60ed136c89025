import { writableEndings } from '../pattern/formats/endings.ts';

/** Names of formats: file endings without their dot. */
export const exportFormats: readonly string[] = writableEndings.map((ending) => ending.slice(1));

export const DEFAULT_FORMAT = 'json';
