/** In order of effort. */
export const scales = ['smoke', 'small', 'paper'] as const;
/**
 * How much is trained. 'smoke': that everything runs, in seconds and without a download, and nothing about the paper; 'small': on two
 * cores in minutes to an hour; 'paper': as published.
 */
export type PaperScale = (typeof scales)[number];

/** Trainings of each network, each with a random pattern of its own. */
export const seedsAt: Readonly<Record<PaperScale, number>> = { smoke: 2, small: 4, paper: 5 };

/** What `smoke` says of nothing it measures. */
export const SMOKE_NOTE = 'at smoke scale this shows that it runs, and nothing about the claim';
