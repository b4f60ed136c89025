/** "1 seed", "3 seeds". @param noun one whose plural ends in s */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
