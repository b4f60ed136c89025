import { unwrap } from '../base/failure.ts';
import { defineArchitecture, describeArchitecture } from '../pattern/architecture.ts';
import { presets } from '../pattern/presets.ts';
import type { StudyRecord } from '../store/index.ts';
import type { StudyHost } from '../study/host.ts';
import { resumeStudy, startStudy } from '../study/start-study.ts';
import { studyReport } from '../study/study-report.ts';
import { type TrainingPlanRequest, trainingPlan } from '../study/training-plan.ts';
import type { ValidationChoices } from '../study/validation-defaults.ts';
import { storedValidation, type ValidationResult } from '../study/validation-result.ts';
import { validationSettings } from '../study/validation-settings.ts';
import type { Findings, PaperPlot } from './figure.ts';
import type { PaperClaim } from './paper-claim.ts';
import type { PaperScale } from './scale.ts';

/** A network of the paper on which the link is looked for. */
interface LinkNetwork {
  readonly name: string;
  readonly request: TrainingPlanRequest;
  readonly choices: ValidationChoices;
}

interface LinkSizes {
  readonly dataset: string;
  readonly epochs: number;
  readonly candidates: number;
}

const frozen = { freezeFront: { trainedWith: 'dense' as const, epochs: 5, seed: 1 }, front: 'auto' as const };

function ofPreset(
  name: string,
  { dataset, epochs, candidates }: LinkSizes,
  front: Partial<TrainingPlanRequest> = {},
): LinkNetwork {
  const architecture = defineArchitecture(presets[name]);
  return {
    name,
    request: { architecture, dataset, settings: { epochs }, network: name, ...front },
    choices: { candidates },
  };
}

function networks(scale: PaperScale): LinkNetwork[] {
  if (scale === 'smoke') {
    const architecture = defineArchitecture({ layers: [64, 32, 64], fanOuts: [4, 8] });
    const request = { architecture, dataset: 'morse-2017:examples=6/2/4', settings: { epochs: 1 } };
    return [{ name: 'morse-tiny', request, choices: { candidates: 6, seeds: 1, twins: 0 } }];
  }
  if (scale === 'small') {
    return [
      ofPreset('morse', { dataset: 'morse-2017:examples=100/20/100', epochs: 12, candidates: 50 }),
      ofPreset('mnist-cl', { dataset: 'mnist:train=5000,validation=1000,test=10000', epochs: 15, candidates: 40 }),
    ];
  }
  return [
    ofPreset('morse', { dataset: 'morse-2017', epochs: 30, candidates: 60 }),
    ofPreset('mnist-cl', { dataset: 'mnist', epochs: 100, candidates: 60 }),
    ofPreset('mnist-conv', { dataset: 'mnist', epochs: 30, candidates: 60 }, frozen),
    ofPreset('cifar10-2cl', { dataset: 'cifar-10', epochs: 30, candidates: 60 }, frozen),
  ];
}

const studyName = ({ name }: LinkNetwork, scale: PaperScale) => `link_${name}_${scale}`;

/** The study of a network, begun, gone on with or found finished; null where it was interrupted. */
async function studyOf(network: LinkNetwork, scale: PaperScale, host: StudyHost): Promise<StudyRecord | null> {
  const { request, choices } = network;
  const name = studyName(network, scale);
  const there = host.store.getStudy(name);
  if (there.ok && there.value.status === 'finished') return there.value;
  if (there.ok) {
    const { study, status } = await resumeStudy(there.value, host);
    return status === 'finished' ? study : null;
  }
  const plan = unwrap(await trainingPlan(request, host));
  const { dataset, engine = 'auto', backend = 'auto' } = request;
  const training = { dataset, settings: plan.settings, engine, backend };
  const settings = validationSettings(request.architecture, training, choices, network.name, host.store.listStudies());
  const { study, status } = await startStudy(unwrap(settings), name, host);
  return status === 'finished' ? study : null;
}

const holdsBy: Readonly<Record<ValidationResult['verdict'], boolean | null>> = {
  ...{ predicts: true, misleads: false, 'no-link': false, 'cannot-tell': null },
};

function claimOf({ name, request }: LinkNetwork, result: ValidationResult | null): PaperClaim {
  const text = `Scatter is a proxy for the performance of a network: ${name}, ${describeArchitecture(request.architecture)} (section 3.1)`;
  const gain = result?.gain ?? null;
  return {
    ...{ claim: text, what: 'accuracy from the random level to the highest scatter', unit: 'points', printed: null },
    ...{ measured: gain?.value ?? null, low: gain?.low ?? null, high: gain?.high ?? null },
    holds: result === null ? null : holdsBy[result.verdict],
    note: result?.meaning ?? 'not trained to its end',
  };
}

function plotOf({ name }: LinkNetwork, study: StudyRecord, host: StudyHost): PaperPlot {
  const { candidates } = studyReport(host.store, study);
  return {
    title: `Scatter and accuracy: ${name}`,
    ...{ x: 'scatter', y: 'test accuracy, %', scale: 'numbers', joined: false },
    points: candidates.flatMap(({ record, accuracy }) =>
      accuracy === null ? [] : [{ series: record.family, x: record.scatter, y: 100 * accuracy, low: null, high: null }],
    ),
  };
}

/**
 * The scatter–accuracy figure, as a validation for each network: design and verdict are those of `validate`. `seeds` are the most that
 * a candidate was trained with: 0 where no validation came to its end.
 * @param tell hears what is begun
 */
export async function linkFindings(
  scale: PaperScale,
  host: StudyHost,
  tell: (text: string) => void,
): Promise<Findings & { readonly seeds: number }> {
  const all = networks(scale);
  const claims: PaperClaim[] = [];
  const plots: PaperPlot[] = [];
  let seeds = 0;
  for (const [index, network] of all.entries()) {
    tell(`${index + 1} of ${all.length}: ${network.name}, ${network.request.dataset}`);
    const study = host.signal.aborted ? null : await studyOf(network, scale, host);
    const result = study === null ? null : unwrap(storedValidation(study));
    seeds = Math.max(seeds, result?.seeds ?? 0);
    claims.push(claimOf(network, result));
    if (study !== null) plots.push(plotOf(network, study, host));
  }
  return { claims, plots, seeds };
}

export const linkNotes = (scale: PaperScale): readonly string[] =>
  ({
    smoke: ['A tiny network on a few Morse examples stands in for the paper’s.'],
    small: [
      'Morse with 100 of 5000 training examples a class, MNIST with 5000 of 60000; fewer epochs than the paper. The networks with convolutional layers are left to paper scale.',
    ],
    paper: [
      'CIFAR-10 stands for CIFAR-100, which is not among the data sets that can be fetched. Convolutional layers are trained with the dense network, frozen and shared.',
    ],
  })[scale];
