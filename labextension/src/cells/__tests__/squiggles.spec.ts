import { EditorState, Text } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { IDiagnostic } from '../../tokens';
import { squiggleRange, Squiggles } from '../squiggles';

const finding = (line: number | null, column: number | null): IDiagnostic => ({
  code: 'CL101',
  severity: 'error',
  cell: 'a',
  line,
  column,
  message: 'Something is wrong.',
  fix: null
});

function marked(source: string, diagnostic: IDiagnostic): string {
  const { from, to } = squiggleRange(Text.of(source.split('\n')), diagnostic);
  return source.slice(from, to);
}

describe('squiggleRange', () => {
  it('covers the word at the column', () => {
    expect(marked('x = model.fit(y)', finding(1, 5))).toBe('model');
    expect(marked('%%step a', finding(1, 1))).toBe('%%step');
  });

  it('covers the line without its indent where there is no column', () => {
    expect(marked('a\n    b = c  ', finding(2, null))).toBe('b = c');
  });

  it('covers the line where the column is behind its end', () => {
    expect(marked('abc', finding(1, 9))).toBe('abc');
  });

  it('stays within a text that has become shorter', () => {
    expect(marked('abc', finding(7, 1))).toBe('abc');
  });
});

describe('Squiggles', () => {
  const open = (squiggles: Squiggles, cell: object, doc: string) =>
    new EditorView({ state: EditorState.create({ doc, extensions: [squiggles.extension(cell)] }) });
  const shown = (view: EditorView) => [...view.dom.querySelectorAll('.cl-Squiggle')].map(node => node.textContent);

  it('marks editors that are open, and takes the marks away again', () => {
    const squiggles = new Squiggles();
    const cell = {};
    const view = open(squiggles, cell, 'x = model');
    squiggles.set(cell, [finding(1, 5)]);
    expect(shown(view)).toEqual(['model']);
    squiggles.set(cell, []);
    expect(shown(view)).toEqual([]);
    view.destroy();
  });

  it('marks an editor that is made later, and no editor of another cell', async () => {
    const squiggles = new Squiggles();
    const cell = {};
    squiggles.set(cell, [finding(1, 5)]);
    const view = open(squiggles, cell, 'x = model');
    const other = open(squiggles, {}, 'x = model');
    await Promise.resolve();
    expect(shown(view)).toEqual(['model']);
    expect(shown(other)).toEqual([]);
    view.destroy();
    other.destroy();
  });

  it('moves with the text until the next analysis', () => {
    const squiggles = new Squiggles();
    const cell = {};
    const view = open(squiggles, cell, 'x = model');
    squiggles.set(cell, [finding(1, 5)]);
    view.dispatch({ changes: { from: 0, insert: 'y = 1\n' } });
    expect(shown(view)).toEqual(['model']);
    view.destroy();
  });

  it('leaves an editor alone once it is closed', () => {
    const squiggles = new Squiggles();
    const cell = {};
    const view = open(squiggles, cell, 'x = model');
    view.destroy();
    expect(() => squiggles.set(cell, [finding(1, 5)])).not.toThrow();
  });
});
