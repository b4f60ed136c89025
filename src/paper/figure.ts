import type { PaperClaim } from './paper-claim.ts';
import type { PaperScale } from './scale.ts';
import type { FigureNetwork, TrainedNetwork } from './trained-network.ts';

/** A point of a plot, with its interval where it has one. */
export interface PlotPoint {
  readonly series: string;
  readonly x: number | string;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A plot of a table or figure of the paper: what a report draws. */
export interface PaperPlot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** the horizontal axis is a name, a number, or a number by its ratio */
  readonly scale: 'names' | 'numbers' | 'ratios';
  /** whether the points of a series are joined */
  readonly joined: boolean;
  readonly points: readonly PlotPoint[];
}

/** What a target comes to: claims with what was measured, and what is drawn. */
export interface Findings {
  readonly claims: readonly PaperClaim[];
  readonly plots: readonly PaperPlot[];
}

/** A part of a figure, which can be reproduced alone. */
export interface FigurePart {
  readonly name: string;
  /** @param trained networks of the part, or of the figure, some without trainings where it was interrupted */
  findings(trained: readonly TrainedNetwork[], scale: PaperScale): Findings;
  /** what this scale leaves out or replaces in it, sentences; absent: nothing that the figure's notes do not say */
  notes?(scale: PaperScale): readonly string[];
}

/** A figure that is made of trained networks. */
export interface TrainedFigure {
  readonly parts: readonly FigurePart[];
  networks(scale: PaperScale): readonly FigureNetwork[];
  /** what this scale leaves out or replaces, sentences */
  notes(scale: PaperScale): readonly string[];
}
