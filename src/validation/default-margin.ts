/** Accuracy points that a gain must exceed to be worth anything, where nothing else is asked for. */
export const DEFAULT_MARGIN = 0.5;
