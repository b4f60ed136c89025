/** In which unit a claim is measured: a share from 0 to 1 (density, accuracy, reduction), accuracy points, or the number itself. */
export type ClaimUnit = 'share' | 'points' | 'number';

/** What the paper says, and what was found. */
export interface PaperClaim {
  /** a sentence of the paper's, or what its figure shows */
  readonly claim: string;
  /** null where nothing could be measured */
  readonly measured: number | null;
  /** 95 % interval over seeds; equal to `measured` where nothing is left to chance; null where too few seeds finished */
  readonly low: number | null;
  readonly high: number | null;
  /** null: cannot be told from these trainings */
  readonly holds: boolean | null;
  readonly unit: ClaimUnit;
  /** what `measured` is of */
  readonly what: string;
  /** what the paper prints, where it prints a number: shares in per cent */
  readonly printed: string | null;
  /** why it does not hold or cannot be told, or what else a reader should know */
  readonly note: string | null;
}
