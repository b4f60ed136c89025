import { resolve } from 'node:path';
import { userConfigFolder } from '../base/user-folders.ts';
import type { FilterTerm, SortKey } from '../store/index.ts';
import type { Browser } from '../terminal/browser/browser.ts';
import { chooseView, runsInCi } from '../terminal/choose-view.ts';
import type { ScreenHost } from '../terminal/screen-view.ts';
import { hasLightBackground } from '../terminal/theme.ts';
import type { Context } from './context.ts';
import { terminalOutput } from './standard-output.ts';

/** Whether a table is to be browsed: in a terminal that someone watches and can answer on, where nothing asks for a print. */
export const isBrowsable = (context: Context, asDocument: boolean): boolean =>
  chooseView({
    stdinIsTTY: process.stdin.isTTY === true,
    stdoutIsTTY: process.stdout.isTTY === true,
    ci: runsInCi(process.env),
    term: process.env.TERM,
    plainFlag: context.plain,
    jsonFlag: asDocument,
    quietFlag: context.quiet,
  }) === 'dashboard';

/** A value as a filter reads it back. */
const quoted = (value: string) =>
  /[\s,"'=!<>]/.test(value) ? (value.includes('"') ? `'${value}'` : `"${value}"`) : value;

/** The text that `parseFilter` reads as these terms. */
export const filterText = (terms: readonly FilterTerm[]): string =>
  terms
    .map(({ comparison, value, excluded }) =>
      comparison === null
        ? `${excluded ? '!' : ''}${quoted(value)}`
        : `${quoted(comparison.column)}${comparison.operator}${quoted(value)}`,
    )
    .join(' ');

export interface BrowseRequest {
  /** null: the newest */
  readonly study: string | null;
  readonly sort: readonly SortKey[];
  readonly filter: readonly FilterTerm[];
  /** as it was typed; undefined: the default one */
  readonly database: string | undefined;
}

const themeOf = ({ color, text }: Context) => ({
  color,
  unicode: text.unicode,
  light: hasLightBackground(process.env),
});

/** Loads the browser. @returns what opens it as a view, and throws a ScattershotError where there is nothing to browse */
export async function browserOpener(
  context: Context,
  { study, sort, filter, database }: BrowseRequest,
): Promise<(host: ScreenHost) => Browser> {
  const { Browser } = await import('../terminal/browser/browser.ts');
  const theme = themeOf(context);
  return (host) =>
    new Browser(host, {
      ...{ study, theme, database: context.database, term: process.env.TERM },
      query: { sort, filter: filterText(filter), find: '' },
      commandOptions: database === undefined ? [] : ['--db', resolve(database)],
      configurationFolder: userConfigFolder(),
      program: { node: process.execPath, script: process.argv[1] },
      write: (sequence) => terminalOutput().write(sequence),
    });
}

/** Browses the leaderboard until the user leaves. @throws ScattershotError where there is nothing to browse */
export async function browse(context: Context, request: BrowseRequest): Promise<void> {
  const open = await browserOpener(context, request);
  const { runView } = await import('../terminal/run-view.ts');
  const browsers: Browser[] = [];
  await runView((host) => {
    const browser = open(host);
    browsers.push(browser);
    return browser;
  }, themeOf(context));
  const [browser] = browsers;
  await browser?.idle();
  if (browser !== undefined) context.say(browser.farewell.trimEnd());
}
