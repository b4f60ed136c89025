import { plural } from '../base/plural.ts';
import type { HostEvent, HostRunner } from '../remote/host-events.ts';
import type { StudyEvent } from '../study/events.ts';

type HostStudyEvent = Extract<StudyEvent, { kind: 'host' }>;

/** A worker of another machine, as far as was heard of it. */
export interface HostState {
  readonly worker: string;
  readonly host: string;
  readonly device: string;
  /** that it did when it last told */
  readonly jobs: number;
  readonly samplesPerSecond: number | null;
  readonly done: number;
  /** lost with it, or given back by it */
  readonly returned: number;
  readonly heardMs: number;
}

/** Everything heard of other machines. */
export interface HostsState {
  /** in the order that they came in */
  readonly hosts: readonly HostState[];
  /** jobs that were done anew, of all hosts and of none */
  readonly returned: number;
}

export const initialHostsState: HostsState = { hosts: [], returned: 0 };

/** A worker tells every five seconds while it does something; one that was not heard of for so long is shown without work. */
const QUIET_MS = 20_000;

function changed(
  { hosts, returned }: HostsState,
  atMs: number,
  { worker, host, device }: HostRunner,
  change: (state: HostState) => Partial<HostState>,
): HostsState {
  const known = hosts.find((each) => each.worker === worker);
  const before: HostState = known ?? {
    ...{ worker, host, device, jobs: 0, samplesPerSecond: null, done: 0, returned: 0, heardMs: atMs },
  };
  const after = { ...before, ...change(before), heardMs: atMs };
  const all = known === undefined ? [...hosts, after] : hosts.map((each) => (each === known ? after : each));
  return { hosts: all, returned };
}

export function reduceHosts(state: HostsState, { atMs, event }: HostStudyEvent): HostsState {
  switch (event.kind) {
    case 'joined':
      return changed(state, atMs, event, () => ({}));
    case 'pulse':
      return changed(state, atMs, event, () => ({ jobs: event.jobs, samplesPerSecond: event.samplesPerSecond }));
    case 'done':
      return changed(state, atMs, event, ({ done }) => ({ done: done + 1 }));
    case 'returned': {
      const counted = { ...state, returned: state.returned + 1 };
      const { runner } = event;
      if (runner === null) return counted;
      const one = ({ jobs, returned }: HostState) => ({ jobs: Math.max(0, jobs - 1), returned: returned + 1 });
      return changed(counted, atMs, runner, one);
    }
    case 'refused':
    case 'trouble':
      return state;
  }
}

/** The same, those without work that were not heard of for long. @param atMs time of the study's latest event */
export const heardHosts = ({ hosts }: HostsState, atMs: number): readonly HostState[] =>
  hosts.map((host) => (atMs - host.heardMs > QUIET_MS ? { ...host, jobs: 0, samplesPerSecond: null } : host));

/** What the user should be warned of; null where an event is no warning. */
export function hostWarning(event: HostEvent): string | null {
  if (event.kind === 'trouble') return event.message;
  return event.kind === 'refused' ? `${event.host} takes no work of this study: ${event.why}` : null;
}

/** What an event of a machine says to someone who looks in from time to time; null where it is no more than progress, or a warning. */
export function hostText(event: HostEvent): string | null {
  if (event.kind === 'joined') return `${event.host} joined: ${event.device}`;
  if (event.kind !== 'returned') return null;
  const by = event.runner === null ? '' : ` by ${event.runner.host}`;
  return `a job was returned${by}, and is done anew: ${event.why}`;
}

const MOST_NAMED = 8;

/** "lab-1 did 12 jobs, lab-2 did 9; 2 jobs were returned": what each machine did, at the end. */
export function hostsText({ hosts, returned }: HostsState): string {
  const byHost = new Map<string, number>();
  for (const { host, done } of hosts) byHost.set(host, (byHost.get(host) ?? 0) + done);
  const most = [...byHost].toSorted(([, a], [, b]) => b - a);
  const named = most.slice(0, MOST_NAMED).map(([host, done]) => `${host} did ${plural(done, 'job')}`);
  const others = most.slice(MOST_NAMED).reduce((sum, [, done]) => sum + done, 0);
  if (most.length > MOST_NAMED) named.push(`${most.length - MOST_NAMED} others did ${others}`);
  const did = named.length === 0 ? 'no other machine did anything' : named.join(', ');
  return `${did}; ${plural(returned, 'job')} ${returned === 1 ? 'was' : 'were'} returned`;
}
