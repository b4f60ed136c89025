/** A worker that works for a study, as it names itself; text from the wire, cleaned there. */
export interface HostRunner {
  /** its own name, anew at each start */
  readonly worker: string;
  readonly host: string;
  readonly device: string;
}

/** What a study hears of the hosts that work for it. Every text in it came from the wire and was cleaned there. */
export type HostEvent =
  /** a worker's first sign of life for this study */
  | ({ readonly kind: 'joined' } & HostRunner)
  /** a worker that will not do this study's jobs, and why, both sides named */
  | ({ readonly kind: 'refused'; readonly why: string } & HostRunner)
  /** a job that is done anew by another: given back, or its worker is not heard of any more. `runner` null: nobody had begun it */
  | { readonly kind: 'returned'; readonly job: string; readonly runner: HostRunner | null; readonly why: string }
  /** what a worker does for this study now. `samplesPerSecond`: of all its trainings; null where it does not train */
  | ({ readonly kind: 'pulse'; readonly jobs: number; readonly samplesPerSecond: number | null } & HostRunner)
  /** a job's result was kept */
  | ({ readonly kind: 'done'; readonly job: string } & HostRunner)
  /** the queue does not answer, or nobody works for the study: one sentence with what to do */
  | { readonly kind: 'trouble'; readonly message: string };

export type HostListener = (event: HostEvent) => void;
