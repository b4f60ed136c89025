import { resolve } from 'node:path';
import { strategies, strategyNames } from '../../strategies/index.ts';
import { unwrap } from '../base/failure.ts';
import type { IslandSpec } from '../search/events.ts';
import { inspectStrategyFile } from '../search/inspect-strategy-file.ts';
import { defaultIslands, islandsInTurn } from '../study/portfolio.ts';
import { UsageError } from './errors.ts';

/** Whether what was typed is a path rather than a name: "./mine.mjs", "mine.mjs", "/home/me/mine.js". */
const isPath = (text: string) => /[/\\]/.test(text) || /\.[cm]?[jt]s$/.test(text);

/** As islands name it, so that what was typed can be compared with what a study has: a path resolved, a name as it is. */
export const typedStrategy = (text: string): string => (isPath(text) ? resolve(text) : text);

/** As it would be typed. */
export const strategyAsTyped = ({ strategy, file }: IslandSpec): string => file?.path ?? strategy;

/**
 * Islands for the strategies that were asked for, names and files mixed; the default portfolio where none was.
 * @param target wanted S, or null for the highest
 * @throws UsageError for an unknown name; ScattershotError for a file that holds no strategy
 */
export async function chosenIslands(
  asked: readonly string[] | undefined,
  target: number | null,
): Promise<IslandSpec[]> {
  if (asked === undefined) return defaultIslands(target);
  const unknown = asked.find((name) => !isPath(name) && !strategies.has(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `there is no strategy named "${unknown}"`,
      `The strategies are: ${strategyNames.join(', ')}; one of your own is given by its file, such as ./mine.mjs.`,
    );
  }
  const specs = new Map<string, IslandSpec>();
  for (const text of new Set(asked.map(typedStrategy))) {
    const taken = [...strategyNames, ...specs.keys()];
    const spec = isPath(text) ? unwrap(await inspectStrategyFile(text, taken)) : { strategy: text };
    specs.set(spec.strategy, spec);
  }
  return islandsInTurn([...specs.keys()]).map((island) => ({ ...island, ...specs.get(island.strategy) }));
}
