import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { userCacheFolder, userConfigFolder } from '../../src/base/user-folders.ts';

test('a user has a folder for what can be made again and one for choices: SCATTERSHOT_HOME, else as XDG says', () => {
  const everything = { SCATTERSHOT_HOME: '/home', XDG_CACHE_HOME: '/c', XDG_CONFIG_HOME: '/x' };
  expect([userCacheFolder(everything), userConfigFolder(everything)]).toEqual(['/home/cache', '/home/config']);
  const xdg = { XDG_CACHE_HOME: '/c', XDG_CONFIG_HOME: '/x' };
  expect([userCacheFolder(xdg), userConfigFolder(xdg)]).toEqual(['/c/scattershot', '/x/scattershot']);
  const usual = [join(homedir(), '.cache', 'scattershot'), join(homedir(), '.config', 'scattershot')];
  expect([userCacheFolder({}), userConfigFolder({})]).toEqual(usual);
  const relative = { XDG_CACHE_HOME: 'c', XDG_CONFIG_HOME: 'x' };
  expect([userCacheFolder(relative), userConfigFolder(relative)]).toEqual(usual);
});
