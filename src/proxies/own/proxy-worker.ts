import { parentPort } from 'node:worker_threads';
import { captureOutput } from '../../base/captured-output.ts';
import { errorPlace, placeText } from '../../base/error-place.ts';
import { type Failure, type Outcome, success } from '../../base/failure.ts';
import { repeatableWith, requireNow } from '../../base/repeatable.ts';
import { badModule, errorText, importModule, kindOf, moduleFault, nameFault } from '../../base/user-module.ts';
import type { OwnProxy, OwnProxyTask } from './own-proxy.ts';

/** What the module prints belongs neither among the data on stdout nor on the screen. */
const flushOutput = captureOutput((text) => parentPort?.postMessage(text));

const repeatably = repeatableWith('is not for proxies: the same pattern must always have the same value');

/** What keeps a value from being a proxy, or null. */
function proxyShapeFault(value: unknown): string | null {
  const fault = nameFault('proxy', value, ['summary']);
  if (fault !== null) return fault;
  const { better, compute } = value as Readonly<Record<string, unknown>>;
  if (better !== 'higher' && better !== 'lower') {
    const got = typeof better === 'string' ? JSON.stringify(better) : kindOf(better);
    return `its proxy's better must be "higher" or "lower"; got ${got}`;
  }
  return typeof compute === 'function' ? null : `its proxy's compute must be a function; got ${kindOf(compute)}`;
}

async function importProxy(path: string): Promise<Outcome<OwnProxy>> {
  const found = await importModule('proxy', path);
  if (!found.ok) return found;
  const fault = proxyShapeFault(found.value);
  return fault === null
    ? success(found.value as OwnProxy)
    : badModule('proxy', path, `does not hold a proxy: ${fault}`);
}

/** What a file's proxy is called and says of itself. For a thread of its own, since the user's module is run. */
export async function describeProxy(path: string): Promise<Outcome<Pick<OwnProxy, 'name' | 'better'>>> {
  const proxy = await importProxy(path);
  return proxy.ok ? success({ name: proxy.value.name, better: proxy.value.better }) : proxy;
}

/** The first call loads the module; what happens to the file later changes nothing. */
let loaded: Promise<Outcome<OwnProxy>> | null = null;

async function load({ name, file }: OwnProxyTask['proxy']): Promise<Outcome<OwnProxy>> {
  const changed = await moduleFault('proxy', file);
  if (changed !== null) return changed;
  const proxy = await importProxy(file.path);
  if (!proxy.ok || proxy.value.name === name) return proxy;
  return badModule('proxy', file.path, `holds ${proxy.value.name}; expected ${name}`, 'Start a new study.');
}

const failed = (path: string, why: string): Failure => badModule('proxy', path, `failed: ${why}`, 'Mend the file.');

/** A pattern's value. Failures 'bad-proxy-file', 'no-proxy-file', 'proxy-file-changed' */
export async function measurePattern({ proxy: spec, pattern, architecture }: OwnProxyTask): Promise<Outcome<number>> {
  loaded ??= load(spec);
  const proxy = await loaded;
  if (!proxy.ok) return proxy;
  const { path } = spec.file;
  try {
    const value: unknown = requireNow(
      repeatably(() => proxy.value.compute(pattern, architecture)),
      'compute',
    );
    if (typeof value === 'number' && Number.isFinite(value)) return success(value);
    const got = typeof value === 'number' ? String(value) : kindOf(value);
    return failed(path, `compute must return a finite number; got ${got}`);
  } catch (error) {
    const place = errorPlace(error);
    return failed(placeText(path, place), errorText(error));
  } finally {
    flushOutput();
  }
}
