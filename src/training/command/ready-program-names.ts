/** Trainer programs that the package brings; see `writeReadyProgram`. */
export const readyProgramNames = ['pytorch', 'node'] as const;

export type ReadyProgramName = (typeof readyProgramNames)[number];
