import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const packages = join(root, 'node_modules');

/** Packages that `npm install scattershot` brings, by their folders below node_modules; those of development are left out. */
function dependencies(): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
  };
  return Object.entries(lock.packages)
    .filter(
      ([path, { dev, devOptional }]) =>
        dev !== true && devOptional !== true && /^node_modules\/[^/]+(\/[^/]+)?$/.test(path),
    )
    .map(([path]) => path.slice('node_modules/'.length));
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; one that does not end by itself is killed after `timeout` (four minutes), with code -1. */
export function runToEnd(
  command: string,
  args: readonly string[],
  cwd: string,
  env = process.env,
  timeout = 240_000,
): Promise<Ended> {
  const { NODE_OPTIONS: _, SCATTERSHOT_HOME: __, ...rest } = env;
  return new Promise((resolve) => {
    const limits = { timeout, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 } as const;
    execFile(command, args, { cwd, env: rest, ...limits }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

/**
 * Packs the build as `npm publish` would and installs it in a folder, beside links to its dependencies: no network is needed.
 * @param types packages of development that a TypeScript program has besides
 */
export async function installPackage(folder: string, types: readonly string[]): Promise<void> {
  // `prepare` would build again.
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const packed = await runToEnd('npm', pack, root);
  if (packed.code !== 0) throw new Error(`npm pack failed: ${packed.stderr}`);
  const modules = join(folder, 'node_modules');
  const installed = join(modules, 'scattershot');
  mkdirSync(installed, { recursive: true });
  const tar = ['-xzf', join(folder, packed.stdout.trim()), '--strip-components=1', '-C', installed];
  const unpacked = await runToEnd('tar', tar, folder);
  if (unpacked.code !== 0) throw new Error(`the package cannot be unpacked: ${unpacked.stderr}`);
  for (const name of [...dependencies(), ...types]) {
    const link = join(modules, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(packages, name), link);
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
}

/** Code blocks of a page in one language, in order. */
export function codeBlocks(page: string, language: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const block = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...text.matchAll(block)].map(([, code]) => code);
}
