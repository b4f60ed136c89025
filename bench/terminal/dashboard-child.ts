/**
 * A process that shows the scripted study in the dashboard, ten updates a second, for so many seconds (the argument); prints to stderr what that
 * cost: `{seconds, cpuShare, updates}`, without the first five seconds, in which the view is loaded.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { StudyEvent } from '../../src/study/events.ts';
import { renderDashboard } from '../../src/terminal/dashboard.ts';
import { scriptedStudy } from '../../test/terminal/scripted-study.ts';

const UPDATE_MS = 100;
const WARM_UP_MS = 5000;
const seconds = Number(process.argv[2] ?? 60);

const script = scriptedStudy(UPDATE_MS);
const dashboard = renderDashboard({ color: true, unicode: true, onInterrupt: () => process.exit(130), log: () => {} });
const begun = performance.now();
let measured: { readonly at: number; readonly cpu: NodeJS.CpuUsage } | null = null;
let updates = 0;
for (let next = 0; performance.now() - begun < 1000 * seconds + WARM_UP_MS; next++) {
  const event: StudyEvent = script[next % (script.length - 1)];
  dashboard.listener({ ...event, atMs: Math.round(performance.now() - begun) });
  if (measured === null && performance.now() - begun > WARM_UP_MS)
    measured = { at: performance.now(), cpu: process.cpuUsage() };
  if (measured !== null) updates++;
  await delay(UPDATE_MS);
}
if (measured !== null) {
  const { user, system } = process.cpuUsage(measured.cpu);
  const wallMs = performance.now() - measured.at;
  await dashboard.done();
  process.stderr.write(
    `${JSON.stringify({ seconds: wallMs / 1000, cpuShare: (user + system) / 1000 / wallMs, updates })}\n`,
  );
}
process.exit(0);
