export type ViewKind = 'dashboard' | 'plain' | 'quiet';

export interface ViewSituation {
  readonly stdinIsTTY: boolean;
  readonly stdoutIsTTY: boolean;
  /** runs in continuous integration */
  readonly ci: boolean;
  /** value of TERM */
  readonly term: string | undefined;
  readonly plainFlag: boolean;
  readonly jsonFlag: boolean;
  readonly quietFlag: boolean;
}

/** How a study is shown, the dashboard only on a terminal that someone watches and can answer on. */
export function chooseView(situation: ViewSituation): ViewKind {
  if (situation.quietFlag) return 'quiet';
  const watched = situation.stdinIsTTY && situation.stdoutIsTTY && !situation.ci && situation.term !== 'dumb';
  return watched && !situation.plainFlag && !situation.jsonFlag ? 'dashboard' : 'plain';
}

/** CI is set, and not to an explicit no. */
export function runsInCi(env: { readonly CI?: string }): boolean {
  const value = env.CI;
  return value !== undefined && value !== '0' && value.toLowerCase() !== 'false';
}
