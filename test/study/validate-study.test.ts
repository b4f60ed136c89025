import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import type { Store } from '../../src/store/index.ts';
import type { StudyEvent } from '../../src/study/events.ts';
import type { StudyHost } from '../../src/study/host.ts';
import { type StudySettings, storedSettings } from '../../src/study/settings.ts';
import { planStudy, resumeStudy, startStudy } from '../../src/study/start-study.ts';
import { trainOne } from '../../src/study/train-one.ts';
import { trainingPlan } from '../../src/study/training-plan.ts';
import { candidatesWithin } from '../../src/study/validation-budget.ts';
import type { ValidationChoices } from '../../src/study/validation-defaults.ts';
import { storedValidation } from '../../src/study/validation-result.ts';
import { validationSettings } from '../../src/study/validation-settings.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { finishedWith, newEvaluation } from '../store/sample-rows.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';

const architecture = defineArchitecture({ layers: [64, 64, 64], fanOuts: [8, 8] });

const training = {
  dataset: 'morse:examples=8/4/8',
  settings: trainingSettings({ epochs: 1, batchSize: 64, learningRate: 0.01 }),
  engine: 'sparse',
  backend: 'auto',
};

const choices: ValidationChoices = { candidates: 20, seed: 3, twins: 4 };

const settingsOf = (changes: ValidationChoices = {}, store?: Store): StudySettings =>
  unwrap(validationSettings(architecture, training, { ...choices, ...changes }, 'small', store?.listStudies() ?? []));

interface Heard {
  readonly host: StudyHost;
  readonly store: Store;
  readonly events: StudyEvent[];
  readonly controller: AbortController;
}

function hostFor(
  onEvent: (event: StudyEvent, heard: Heard) => void = () => {},
  store = openedStore(`${temporaryFolder()}/a.db`),
  workers = 1,
): Heard {
  const events: StudyEvent[] = [];
  const controller = new AbortController();
  const host = {
    ...{ store, cacheFolder: temporaryFolder(), workers, signal: controller.signal },
    listener: (event: StudyEvent) => {
      events.push(event);
      onEvent(event, heard);
    },
  };
  const heard = { host, store, events, controller };
  return heard;
}

describe('the settings of a validation', () => {
  test('cross scatter with family: every movable family has the same levels in the same order', () => {
    const { validation, training: trained } = settingsOf({ candidates: 50 });
    const planned = validation?.planned ?? [];
    expect(planned).toHaveLength(50);
    const families = new Map<string, (number | null)[]>();
    for (const { strategy, start, target } of planned) {
      const family = start === undefined ? strategy : `${strategy}/${start}`;
      families.set(family, [...(families.get(family) ?? []), target]);
    }
    expect([...families.keys()]).toContain('uniform-random');
    expect(families.size).toBeGreaterThanOrEqual(4);
    const [first, ...others] = [...families]
      .filter(([name]) => name !== 'uniform-random')
      .map(([, levels]) => levels.slice(0, 8));
    for (const levels of others) expect(levels).toEqual(first.slice(0, levels.length));
    expect(families.get('uniform-random')).toEqual(families.get('uniform-random')?.map(() => null));
    expect(trained?.seeds).toBe(1);
    expect(validation?.everyThird).toBe(2);
  });

  test('small plans have fewer families, so that each has something of its own to say', () => {
    const families = (candidates: number) =>
      new Set(settingsOf({ candidates }).validation?.planned.map(({ strategy, start }) => `${strategy} ${start}`)).size;
    expect(families(25)).toBe(5);
    expect(families(8)).toBe(2);
  });

  test('with levels from the random one up alone, none lies below it', () => {
    const { validation } = settingsOf({ topOnly: true });
    for (const { target } of validation?.planned ?? []) {
      if (target !== null) expect(target).toBeGreaterThanOrEqual(validation?.randomLevel ?? 1);
    }
  });

  test('a network in which all patterns score the same has nothing to validate', () => {
    const dense = defineArchitecture({ layers: [64, 64], fanOuts: [64] });
    expect(validationSettings(dense, training)).toMatchObject({ ok: false, reason: 'scatter-says-nothing' });
  });

  test.each([[{ candidates: 1 }], [{ margin: 0 }], [{ seeds: 0 }], [{ twins: -1 }]])('%j is refused', (changes) => {
    expect(() => settingsOf(changes)).toThrow(RangeError);
  });
});

describe('a study that validates', () => {
  test('stores its plan before the first training, and answers', async () => {
    let digestAtTraining: string | null | undefined;
    const heard = hostFor((event, { store }) => {
      if (event.kind !== 'training' || digestAtTraining !== undefined) return;
      digestAtTraining = unwrap(storedSettings(unwrap(store.getStudy('small-1')))).validation?.digest ?? null;
    });
    const { study, status, result } = await startStudy(settingsOf(), null, heard.host);
    expect(status).toBe('finished');
    expect(digestAtTraining).toMatch(/^[0-9a-f]{64}$/);
    expect(result?.plan.digest).toBe(digestAtTraining);
    expect(result?.plan.trainings).toBe(27);
    expect(result?.candidates).toBe(20);
    expect(['predicts', 'misleads', 'no-link', 'cannot-tell']).toContain(result?.verdict);
    expect(result?.questions.map(({ name }) => name)).toEqual(['all candidates', 'from the random level up']);
    expect(result?.ceiling.value).not.toBeNull();
    expect(Math.abs(result?.spearman.value ?? 2)).toBeLessThanOrEqual(1);
    expect(result?.proxies.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...['scatter', '1:1 forward', 'spectral-gap', 'path-evenness', 'invariant scatter'],
        ...['snip', 'synflow', 'path-kernel-trace', 'ntk-condition'],
      ]),
    );
    for (const name of ['snip', 'synflow', 'path-kernel-trace', 'ntk-condition']) {
      const rival = result?.proxies.find((own) => own.name === name);
      expect(rival, name).toMatchObject({ candidates: 20, reason: null });
      expect(rival?.p, name).toBeGreaterThan(0);
    }
    expect(unwrap(storedValidation(study))).toEqual(JSON.parse(JSON.stringify(result)));
    const kinds = heard.events.map(({ kind }) => kind);
    expect(kinds.indexOf('plan')).toBeLessThan(kinds.indexOf('training'));
  });

  test('goes on after an interruption, to the same answer, bit for bit, on another number of threads', async () => {
    const whole = await startStudy(settingsOf(), null, hostFor().host);
    let trainings = 0;
    const cut = hostFor((event, { controller }) => {
      if (event.kind === 'training' && event.event.kind === 'result' && ++trainings === 9) controller.abort();
    });
    const first = await startStudy(settingsOf(), null, cut.host);
    expect(first.status).toBe('interrupted');
    const early = hostFor((event, { controller }) => {
      if (event.kind === 'candidates-kept' && event.candidates[0].number === 5) controller.abort();
    });
    const before = await startStudy(settingsOf(), null, early.host);
    expect(before.status).toBe('interrupted');
    for (const [stopped, store] of [
      [first, cut.store],
      [before, early.store],
    ] as const) {
      const ended = await resumeStudy(stopped.study, hostFor(undefined, store, 2).host);
      const { plan, ...result } = ended.result ?? { plan: null };
      const { plan: wanted, ...expected } = whole.result ?? { plan: null };
      const device = expect.anything();
      expect({ ...result, device }).toEqual({ ...expected, device });
      expect({ ...plan, forecastSeconds: null }).toEqual({ ...wanted, forecastSeconds: null });
    }
  });

  test('a verdict says which trainings of other engines and versions it leaves out', async () => {
    const { host, store } = hostFor();
    const { study } = await planStudy(settingsOf({ candidates: 6 }), null, host);
    const request = { ...training, seeds: [1], engine: 'tfjs', backend: 'cpu' };
    await trainOne({ study, candidate: 2 }, request, host);
    const [{ datasetDigest }] = store.evaluations(study.id);
    unwrap(store.claimStudy(study.id));
    const earlier = { ...newEvaluation(1, 1, 'an earlier revision'), datasetDigest, engine: 'sparse' };
    const beginning = store.beginEvaluation(study.id, { ...earlier, trainingSettings: training.settings });
    if (beginning.kind === 'known') throw new Error('expected a new evaluation');
    store.finishEvaluation(beginning.id, finishedWith(0.5));
    store.finishStudy(study.id, { status: 'interrupted' });
    const { result } = await resumeStudy(study, hostFor(undefined, store).host);
    expect(result).toMatchObject({ engine: 'sparse', candidates: 6 });
    expect(result?.meaning).toMatch(
      / Not counted, since engines are never mixed: 1 training by the tfjs engine on cpu, 1 training by another version of the sparse engine\.$/,
    );
  });

  test('its plan can be looked at before anything is trained', async () => {
    const heard = hostFor();
    const { study, plan } = await planStudy(settingsOf(), null, heard.host);
    expect(plan?.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(plan?.forecastSeconds).toBeGreaterThan(0);
    expect(plan?.detectableGain).toBeGreaterThan(0);
    expect(heard.events.some(({ kind }) => kind === 'training')).toBe(false);
    const ended = await resumeStudy(study, hostFor(undefined, heard.store).host);
    expect(ended.result?.plan.digest).toBe(plan?.digest);
  });

  test('a second look is counted, has candidates of its own, and is exploratory where the plan changed', async () => {
    const heard = hostFor();
    const unseen = await planStudy(settingsOf(), null, heard.host);
    expect(settingsOf({}, heard.store).validation?.look).toBe(1);
    const first = await resumeStudy(unseen.study, hostFor(undefined, heard.store).host);
    const again = await planStudy(
      settingsOf({ candidates: 25 }, heard.store),
      null,
      hostFor(undefined, heard.store).host,
    );
    expect(first.result?.plan).toMatchObject({ look: 1, exploratory: false });
    expect(again.plan).toMatchObject({ look: 2, exploratory: false });
    const prints = (study: typeof first.study) => heard.store.candidates(study).map(({ fingerprint }) => fingerprint);
    expect(prints(again.study).some((fingerprint) => prints(first.study).includes(fingerprint))).toBe(false);
    const changed = settingsOf({ margin: 0.1 }, heard.store);
    expect(changed.validation).toMatchObject({ look: 2, exploratory: true });
  });

  test('a time is as many candidates as a forecast allows', async () => {
    const { host } = hostFor();
    const plan = unwrap(await trainingPlan({ architecture, ...training }, host));
    const within = (seconds: number) => candidatesWithin({ kind: 'time', seconds }, plan, undefined, host);
    const hour = unwrap(await within(3600));
    expect(unwrap(await within(1))).toBeLessThan(hour);
    expect(await within(1e-9)).toMatchObject({ ok: false, reason: 'budget-too-short' });
    expect(unwrap(await candidatesWithin({ kind: 'candidates', candidates: 12 }, plan, undefined, host))).toBe(12);
  });

  test('an adaptive study has as many looks as seeds, and trains no more once the answer is there', async () => {
    const settings = settingsOf({ adaptive: true, seeds: 3 });
    expect(settings.validation).toMatchObject({ adaptive: true, everyThird: 3 });
    expect(() => settingsOf({ adaptive: true, seeds: 1 })).toThrow(RangeError);
    const { result } = await startStudy(settings, null, hostFor().host);
    expect(result?.plan).toMatchObject({ adaptive: true, trainings: 60 });
    // One epoch of few examples tells nothing: all seeds are needed.
    if (result?.verdict === 'cannot-tell') expect(result.seeds).toBe(3);
    else expect(result?.seeds).toBeLessThanOrEqual(3);
  });

  test('less than the least design runs, and can only say that it cannot tell', async () => {
    const { result } = await startStudy(settingsOf({ candidates: 6 }), null, hostFor().host);
    expect(result?.verdict).toBe('cannot-tell');
    expect(result?.why).toContain('too few');
  });
});
