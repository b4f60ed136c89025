import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyText } from '../../../src/terminal/browser/clipboard.ts';
import { keepColumns, readPreferences } from '../../../src/terminal/browser/preferences.ts';
import { inFolder } from '../../cli/program.ts';

test('columns are kept and read again', async () => {
  await inFolder(async (folder) => {
    const shown = { candidates: ['candidate', 'accuracy'], studies: ['study'] };
    expect((await keepColumns(join(folder, 'new', 'one'), shown)).ok).toBe(true);
    expect(readPreferences(join(folder, 'new', 'one'))).toEqual({ shown, warning: null });
    expect(readPreferences(folder)).toEqual({ shown: {}, warning: null });
  });
});

test.each(['', '{', '[]', '{"version":2,"columns":{}}', '{"version":1,"columns":{"studies":[1]}}', '{"version":1}'])(
  'a damaged file is a warning and as good as none: %s',
  async (text) => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'leaderboard.json'), text);
      const { shown, warning } = readPreferences(folder);
      expect(shown).toEqual({});
      expect(warning).toMatch(/leaderboard\.json is damaged/);
    });
  },
);

test('a copy goes to the terminal as OSC 52 and into a file; where the terminal takes none, into the file alone', async () => {
  await inFolder(async (folder) => {
    const written: string[] = [];
    const write = (sequence: string) => void written.push(sequence);
    await copyText('the name', 'é', { folder, term: 'xterm', write });
    expect(written).toEqual([`\u001b]52;c;${Buffer.from('é').toString('base64')}\u0007`]);
    expect(readFileSync(join(folder, 'copied.txt'), 'utf8')).toBe('é');
    const notice = await copyText('the name', 'x'.repeat(60_000), { folder, term: 'xterm', write });
    expect(notice.text).toMatch(/takes no copy.*copied\.txt/);
    await copyText('the name', 'x', { folder, term: 'linux', write });
    expect(written).toHaveLength(1);
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'file'), '');
    const failed = await copyText('it', 'x', { folder: join(folder, 'other', 'file'), term: 'linux', write });
    expect(failed).toMatchObject({ tone: 'alert', text: expect.stringMatching(/Could not copy it/) });
  });
});
