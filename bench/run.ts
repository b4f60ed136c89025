/** `npm run bench -- NAME …`: runs the benchmark in bench/NAME/main.ts with the arguments that follow. */
import { existsSync, readdirSync } from 'node:fs';

const [name, ...rest] = process.argv.slice(2);
const mainOf = (folder: string) => new URL(`./${folder}/main.ts`, import.meta.url);
const known = readdirSync(new URL('.', import.meta.url)).filter((folder) => existsSync(mainOf(folder)));

if (name === undefined || !known.includes(name)) {
  process.stderr.write(
    `expected a benchmark, one of ${known.join(', ')}; got ${name ?? 'none'}. Try: npm run bench -- ${known[0]}\n`,
  );
  process.exitCode = 2;
} else {
  const { main } = (await import(mainOf(name).href)) as { main: (parameters: readonly string[]) => Promise<void> };
  await main(rest);
}
