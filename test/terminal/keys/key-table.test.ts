import { expect, test } from 'vitest';
import { commandOf, helpLines, type KeyTable, keyLabel, keysLine } from '../../../src/terminal/keys/key-table.ts';
import { paintLine } from '../../../src/terminal/lines.ts';

const table: KeyTable<'go' | 'stop' | 'hide'> = [
  { keys: ['up', 'k'], command: 'go', help: 'one row up', brief: 'up' },
  { keys: ['q'], command: 'stop', help: 'stop', brief: 'stop' },
  { keys: ['ctrl-h'], command: 'hide', help: 'hide' },
];
const theme = { color: false, unicode: true };

test('a key is its command, by any of its names', () => {
  expect(commandOf(table, { name: 'k', text: 'k' })).toBe('go');
  expect(commandOf(table, { name: 'x', text: 'x' })).toBeNull();
});

test('the line of keys has those with a brief, as many as fit', () => {
  expect(paintLine(keysLine(table, 80, theme), 80, theme)).toBe('↑ up  q stop');
  expect(paintLine(keysLine(table, 11, theme), 11, theme)).toBe('↑ up');
});

test('the help tells every key of the table', () => {
  const lines = helpLines('View', table, 30, { ...theme, unicode: false }).map((line) => paintLine(line, 30, theme));
  expect(lines).toEqual(['View | keys ------------------', 'Up k    one row up', 'q       stop', 'Ctrl-H  hide']);
});

test('labels name keys as people do', () => {
  expect(
    ['pagedown', 'enter', 'ctrl-up', '?', 'left', 'shift-tab', 'ctrl-c'].map((name) => keyLabel(name, true)),
  ).toEqual([...['PgDn', 'Enter', 'Ctrl-↑', '?', '←', 'Shift-Tab', 'Ctrl-C']]);
});
