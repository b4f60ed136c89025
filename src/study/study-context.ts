import { isRecord } from '../base/json.ts';
import { contextFrom, contextOf, type PatternContext } from '../pattern/context.ts';
import type { StudyRecord } from '../store/index.ts';

/** What the scores of a study's patterns depend on beyond the edges: travels with each pattern that leaves the study. */
export function contextOfStudy({ architecture, metric, settings }: StudyRecord): PatternContext {
  const entries = isRecord(settings) && isRecord(settings.entries) ? settings.entries : {};
  const { windows, spans } = entries;
  const choices = contextFrom({ metric, windows, spans });
  return contextOf(architecture, choices);
}
