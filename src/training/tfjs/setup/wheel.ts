import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { type Failure, failure, type Outcome, success } from '../../../base/failure.ts';
import { runProgram } from '../../../base/run-program.ts';
import type { SetupWork } from './setup-work.ts';

/** A TensorFlow that Python has, with what its addon is built against and runs on. */
export interface Wheel {
  readonly python: string;
  readonly version: string;
  /** the package's folder: `include/`, `libtensorflow_cc.so.2`, `libtensorflow_framework.so.2` */
  readonly folder: string;
  /** what was asked of pip; "installed" where it was there */
  readonly source: string;
}

/** A version that was tried, so that a new release cannot break a setup that worked yesterday. */
const TENSORFLOW_VERSION = '2.21.0';

/** Where the package lies, by its files alone: importing it takes seconds and may fail for reasons that do not matter here. */
const FIND_WHEEL = `
import importlib.metadata as m, importlib.util as u, json, platform, sys
spec = u.find_spec("tensorflow")
folder = list(spec.submodule_search_locations)[0] if spec and spec.submodule_search_locations else None
version = next((d.version for d in m.distributions() if (d.metadata["Name"] or "").lower().replace("_", "-") in ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos")), None)
print(json.dumps({"python": sys.executable, "pythonVersion": platform.python_version(), "machine": platform.machine(), "folder": folder, "version": version}))
`;

const foundSchema = z.object({
  python: z.string(),
  pythonVersion: z.string(),
  machine: z.string(),
  folder: z.string().nullable(),
  version: z.string().nullable(),
});

type PythonFacts = z.infer<typeof foundSchema>;

/** What a Python says of itself and of its TensorFlow; null where it is none. */
async function askPython(python: string, { signal }: SetupWork): Promise<PythonFacts | null> {
  const { code, stdout } = await runProgram(python, ['-c', FIND_WHEEL], { signal });
  if (code !== 0) return null;
  try {
    return foundSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } catch {
    return null;
  }
}

export const libraryNames = (platform: NodeJS.Platform = process.platform): readonly string[] =>
  platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** The libraries and headers that a wheel lacks: one for another system, or one so old or new that it has them elsewhere. */
const lacks = (folder: string) =>
  [...libraryNames(), 'include/tensorflow/c/c_api.h'].filter((name) => !existsSync(join(folder, name)));

function wheelOf(facts: PythonFacts, source: string): Outcome<Wheel> | null {
  if (facts.folder === null || facts.version === null) return null;
  const missing = lacks(facts.folder);
  if (missing.length === 0) {
    return success({ python: facts.python, version: facts.version, folder: facts.folder, source });
  }
  return failure(
    'wrong-wheel',
    `TensorFlow ${facts.version} in ${facts.folder} has no ${missing.join(' and no ')}: its wheel is for another machine, or of a version with another layout`,
    `Run scattershot setup tensorflow --venv, which makes a virtual environment with TensorFlow ${TENSORFLOW_VERSION}.`,
  );
}

const noPython = (asked: string | null): Failure =>
  failure(
    'no-python',
    asked === null
      ? 'there is no Python 3 here (neither python3 nor python starts)'
      : `${asked} is no Python 3 that starts`,
    'Install Python 3.10 to 3.13 (Debian, Ubuntu: apt install python3 python3-venv), or name one: --python /path/to/python3.',
  );

/** The first Python that starts, and what it says. */
async function findPython(work: SetupWork): Promise<PythonFacts | null> {
  const { python } = work.options;
  for (const candidate of python === null ? ['python3', 'python'] : [python]) {
    const facts = await askPython(candidate, work);
    if (facts !== null) return facts;
  }
  return null;
}

function pipFailure(output: string, requirement: string, facts: PythonFacts): Failure {
  const last =
    output
      .trim()
      .split('\n')
      .filter((line) => /error/i.test(line))
      .at(-1) ?? output.trim().split('\n').at(-1);
  if (/No space left|Errno 28/.test(output)) {
    return failure(
      'disk-full',
      `the disk is full (${requirement} needs about 2 GB)`,
      'Free some space and run it again.',
    );
  }
  if (
    /No matching distribution|not a supported wheel/.test(output) &&
    !/NewConnectionError|Temporary failure/.test(output)
  ) {
    return failure(
      'no-wheel',
      `there is no ${requirement} for Python ${facts.pythonVersion} on ${facts.machine}`,
      'Name another Python (3.10 to 3.13, 64 bits): --python /path/to/python3.',
    );
  }
  if (
    /NewConnectionError|Temporary failure|Connection|timed out|ReadTimeout|proxy|SSLError|getaddrinfo/i.test(output)
  ) {
    return failure(
      'no-network',
      `pip could not download ${requirement} (${last})`,
      'Check the network and pip’s settings, or name a Python that has TensorFlow already: --python /path/to/python3.',
    );
  }
  return failure(
    'pip-failed',
    `pip could not install ${requirement} (${last})`,
    'Try it by hand in a virtual environment, then name its Python: --python VENV/bin/python.',
  );
}

const venvPython = ({ folder }: SetupWork) =>
  join(folder, 'venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** `tensorflow[and-cuda]` brings CUDA's libraries as packages beside it. */
const hasCuda = ({ folder }: Wheel) => existsSync(join(dirname(folder), 'nvidia'));

/** A virtual environment of our own: nothing goes into the user's Python. */
async function makeVenv(facts: PythonFacts, requirement: string, work: SetupWork): Promise<Outcome<Wheel>> {
  const venv = join(work.folder, 'venv');
  const python = venvPython(work);
  work.say(`making a virtual environment with Python ${facts.pythonVersion} in ${venv}`);
  const made = await runProgram(facts.python, ['-m', 'venv', '--clear', venv], { signal: work.signal });
  if (made.code !== 0) {
    const why = made.output.trim().split('\n')[0];
    return failure(
      'no-venv',
      `${facts.python} could not make a virtual environment (${why})`,
      'Install its venv module (Debian, Ubuntu: apt install python3-venv), or name a Python that has TensorFlow already: --python.',
    );
  }
  work.say(
    `installing ${requirement} ${TENSORFLOW_VERSION} into it: about a minute, 2 GB${requirement.includes('cuda') ? ' and as much again for CUDA' : ''}`,
  );
  const pinned = `${requirement}==${TENSORFLOW_VERSION}`;
  const args = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', pinned];
  const installed = await runProgram(python, args, { signal: work.signal, onLine: work.log });
  if (installed.code !== 0) return pipFailure(installed.output, requirement, facts);
  const found = await askPython(python, work);
  const wheel = found === null ? null : wheelOf(found, requirement);
  return (
    wheel ??
    failure('pip-failed', `pip installed ${requirement}, and Python does not find it`, 'Run it again with --venv.')
  );
}

/** The TensorFlow to build against: an installed one, or one in a virtual environment that is made for it. */
export async function findWheel(work: SetupWork): Promise<Outcome<Wheel>> {
  const facts = await findPython(work);
  if (facts === null) return noPython(work.options.python);
  const requirement = work.cuda ? 'tensorflow[and-cuda]' : 'tensorflow-cpu';
  if (!work.options.venv) {
    const installed = wheelOf(facts, 'installed');
    if (installed?.ok) {
      work.say(`found TensorFlow ${installed.value.version} of ${facts.python}`);
      return installed;
    }
    if (installed !== null && work.options.python !== null) return installed;
    if (installed !== null) work.say(`${installed.message}; left alone`);
  }
  const own = await askPython(venvPython(work), work);
  const kept = own === null ? null : wheelOf(own, requirement);
  if (kept?.ok && kept.value.version === TENSORFLOW_VERSION && hasCuda(kept.value) === work.cuda) {
    work.say(`found TensorFlow ${kept.value.version} in ${join(work.folder, 'venv')}`);
    return kept;
  }
  return makeVenv(facts, requirement, work);
}
