import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** One export, or one member of it, as API Extractor writes it down. */
export interface ApiItem {
  readonly kind: string;
  readonly name: string;
  /** the comment above it, with its stars; empty where there is none */
  readonly docComment: string;
  /** the declaration in TypeScript, in pieces */
  readonly excerptTokens: readonly { readonly text: string }[];
  /** path of its declaration file in the build */
  readonly fileUrlPath?: string;
  readonly members?: readonly ApiItem[];
}

const nothing = { default: { logLevel: ExtractorLogLevel.None } };

/**
 * Everything that the built package exports, from its declarations. API Extractor brings a TypeScript of its own, which reads what
 * ours wrote.
 * @throws Error with what API Extractor says where it cannot read them
 */
export function readApi(): readonly ApiItem[] {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-'));
  const apiJsonFilePath = join(folder, 'api.json');
  const entry = join(root, 'dist', 'src', 'index.d.ts');
  const settings = {
    target: 'es2023',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    lib: ['es2023'],
    types: ['node'],
  };
  const said: string[] = [];
  try {
    const { succeeded } = Extractor.invoke(
      ExtractorConfig.prepare({
        configObjectFullPath: undefined,
        packageJsonFullPath: join(root, 'package.json'),
        configObject: {
          projectFolder: root,
          mainEntryPointFilePath: entry,
          compiler: {
            overrideTsconfig: { compilerOptions: { ...settings, strict: true, skipLibCheck: true }, files: [entry] },
          },
          docModel: { enabled: true, apiJsonFilePath },
          apiReport: { enabled: false },
          dtsRollup: { enabled: false },
          tsdocMetadata: { enabled: false },
          messages: { extractorMessageReporting: nothing, tsdocMessageReporting: nothing },
        },
      }),
      {
        localBuild: true,
        messageCallback: (message) => {
          if (message.logLevel === ExtractorLogLevel.Error) said.push(message.text);
          message.handled = true;
        },
      },
    );
    if (!succeeded) throw new Error(`the declarations of the build cannot be read: ${said.join('; ')}`);
    return JSON.parse(readFileSync(apiJsonFilePath, 'utf8')).members[0].members;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
