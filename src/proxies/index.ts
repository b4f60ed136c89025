import { InvalidValueError } from '../base/caller-errors.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { distinctNeighbourhoods } from './distinct-neighbourhoods.ts';
import { fourCycles } from './four-cycles.ts';
import { locality } from './locality.ts';
import { pathEvenness } from './path-evenness.ts';
import type { Measurement, PatternProxy } from './proxy.ts';
import { ramanujanDeficit } from './ramanujan-deficit.ts';
import { rank } from './rank.ts';
import { spectralGap } from './spectral-gap.ts';

/** What rivals say of a pattern, by name, in the order shown. To add one: write its file, name it here. */
export const proxies: ReadonlyMap<string, PatternProxy> = new Map(
  [distinctNeighbourhoods, rank, pathEvenness, fourCycles, spectralGap, ramanujanDeficit, locality].map((proxy) => [
    proxy.name,
    proxy,
  ]),
);

/** @throws RangeError for a name that is not registered */
export function requireProxy(name: string): PatternProxy {
  const proxy = proxies.get(name);
  if (proxy !== undefined) return proxy;
  throw new InvalidValueError(`there is no proxy "${name}"; expected one of ${[...proxies.keys()].join(', ')}`);
}

/** The measurements of the named proxies (all by default), by name, in the order given. */
export function measureProxies(
  pattern: Pattern,
  architecture: Architecture,
  names: readonly string[] = [...proxies.keys()],
): ReadonlyMap<string, Measurement> {
  return new Map(names.map((name) => [name, requireProxy(name).measure(pattern, architecture)]));
}
