/** Formats that are both read and written, each by its ending. */
const bothWays = ['.json', '.npz', '.npy', '.safetensors'] as const;

/** Endings of the pattern files that can be read: for who names them and reads none. What torch.save writes is told by its content. */
export const readableEndings = [...bothWays, '.pt', '.pth'] as const;

/** Endings of the pattern files that can be written. */
export const writableEndings = [...bothWays, '.csv', '.py'] as const;

export type ReadEnding = (typeof bothWays)[number];
export type WrittenEnding = (typeof writableEndings)[number];
