import type { ISharedCodeCell } from '@jupyter/ydoc';
import { NotebookModel } from '@jupyterlab/notebook';
import { hasSteps, markParameters, markSkipped, markStep, readMark, suggestName, unmark } from '../marks';

interface ICellSpec {
  source: string;
  metadata?: Record<string, unknown>;
  cell_type?: string;
}

function notebook(cells: ICellSpec[], documentWideUndo = false): NotebookModel {
  const model = new NotebookModel({ disableDocumentWideUndoRedo: !documentWideUndo });
  model.fromJSON({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map((cell, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      execution_count: null,
      outputs: [],
      metadata: {},
      ...cell
    }))
  } as never);
  model.sharedModel.clearUndoHistory();
  return model;
}

function cellOf(spec: ICellSpec, documentWideUndo = false): ISharedCodeCell {
  return notebook([spec], documentWideUndo).sharedModel.cells[0] as ISharedCodeCell;
}

describe('readMark', () => {
  it('reads a step from our metadata', () => {
    expect(readMark(cellOf({ source: 'x', metadata: { cellift: { step: 'load', options: {} } } }))).toEqual({
      kind: 'step',
      step: 'load',
      carrier: 'metadata',
      options: {}
    });
  });

  it('reads a step from the line, which counts before metadata', () => {
    const cell = cellOf({ source: '%%step fit\nx', metadata: { cellift: { step: 'load' } } });
    expect(readMark(cell)).toEqual({ kind: 'step', step: 'fit', carrier: 'line', options: {} });
  });

  it.each([
    [{ cellift: { skip: true } }, 'skip'],
    [{ cellift: { parameters: true } }, 'parameters'],
    [{ tags: ['parameters'] }, 'parameters'],
    [{ tags: ['pipeline-parameters'] }, 'parameters'],
    [{ tags: ['skip'] }, 'skip'],
    [{ tags: ['step:fit'] }, 'step'],
    [{ tags: ['other'] }, 'none'],
    [{ cellift: 'odd' }, 'none'],
    [{}, 'none']
  ])('reads %j as %s', (metadata, kind) => {
    expect(readMark(cellOf({ source: 'x', metadata })).kind).toBe(kind);
  });

  it('sees no mark on a markdown cell', () => {
    const model = notebook([{ source: '# x', cell_type: 'markdown', metadata: { cellift: { step: 'a' } } }]);
    expect(readMark(model.sharedModel.cells[0]).kind).toBe('none');
    expect(hasSteps(model.sharedModel.cells)).toBe(false);
  });
});

describe('marking', () => {
  it('writes a new step into the metadata and leaves the source alone', () => {
    const cell = cellOf({ source: '%%time\nx = 1', metadata: { tags: ['mine'] } });
    markStep(cell, 'load');
    expect(cell.getMetadata('cellift')).toEqual({ step: 'load', options: {} });
    expect(cell.getMetadata('tags')).toEqual(['mine']);
    expect(cell.getSource()).toBe('%%time\nx = 1');
  });

  it('renames a step on its line, not in metadata', () => {
    const cell = cellOf({ source: '%%step load --output x\nx = 1' });
    markStep(cell, 'read it');
    expect(cell.getSource()).toBe('%%step "read it" --output x\nx = 1');
    expect(cell.getMetadata('cellift')).toBeUndefined();
  });

  it('renames a Kale step in its tag', () => {
    const cell = cellOf({ source: 'x', metadata: { tags: ['step:load', 'mine'] } });
    markStep(cell, 'read');
    expect(cell.getMetadata('tags')).toEqual(['step:read', 'mine']);
    expect(cell.getMetadata('cellift')).toBeUndefined();
  });

  it('keeps the options of a step when it is renamed', () => {
    const cell = cellOf({ source: 'x', metadata: { cellift: { step: 'a', options: { output: ['x'] } } } });
    markStep(cell, 'b');
    expect(cell.getMetadata('cellift')).toEqual({ step: 'b', options: { output: ['x'] } });
  });

  it('writes options where the mark stands', () => {
    const byMetadata = cellOf({ source: 'x', metadata: { cellift: { step: 'a', options: { output: ['x'] } } } });
    markStep(byMetadata, 'a', { changes: ['rows'] });
    expect(byMetadata.getMetadata('cellift')).toEqual({ step: 'a', options: { changes: ['rows'] } });
    const byLine = cellOf({ source: '%%step a  --output x\nx = 1' });
    markStep(byLine, 'b', readMark(byLine).options);
    expect(byLine.getSource()).toBe('%%step b  --output x\nx = 1');
    markStep(byLine, 'b', { output: ['x', 'y'] });
    expect(byLine.getSource()).toBe('%%step b --output x --output y\nx = 1');
    expect(byLine.getMetadata('cellift')).toBeUndefined();
  });

  it('makes a mark of ours of a Kale tag that gets options', () => {
    const cell = cellOf({ source: 'x', metadata: { tags: ['step:load', 'mine'] } });
    markStep(cell, 'load', { output: ['x'] });
    expect(cell.getMetadata('tags')).toEqual(['mine']);
    expect(readMark(cell)).toMatchObject({ step: 'load', carrier: 'metadata', options: { output: ['x'] } });
  });

  it('gives a cell one mark at a time', () => {
    const cell = cellOf({ source: 'x', metadata: { tags: ['parameters'] } });
    markStep(cell, 'load');
    expect(cell.getMetadata('tags')).toBeUndefined();
    markSkipped(cell);
    expect(cell.getMetadata('cellift')).toEqual({ skip: true });
    markParameters(cell);
    expect(cell.getMetadata('cellift')).toBeUndefined();
    expect(cell.getMetadata('tags')).toEqual(['parameters']);
  });

  it('takes the line away with the mark', () => {
    const cell = cellOf({ source: '%%step load\nx = 1' });
    unmark(cell);
    expect(cell.getSource()).toBe('x = 1');
    expect(readMark(cell).kind).toBe('none');
  });

  it('leaves what others keep in the metadata', () => {
    const cell = cellOf({
      source: 'x',
      metadata: { cellift: { step: 'a', other: 1 }, slideshow: { slide_type: 'slide' } }
    });
    unmark(cell);
    expect(cell.getMetadata()).toEqual({ cellift: { other: 1 }, slideshow: { slide_type: 'slide' } });
  });
});

describe.each([false, true])('undo, document-wide: %s', documentWide => {
  it.each<[string, (cell: ISharedCodeCell) => void]>([
    ['marking', cell => markStep(cell, 'load')],
    ['leaving out', markSkipped],
    ['making parameters', markParameters]
  ])('takes back %s in one go, and does it again', (_, change) => {
    const cell = cellOf({ source: 'x = 1' }, documentWide);
    cell.updateSource(0, 0, 'y = 2\n');
    change(cell);
    const marked = readMark(cell);
    expect(marked.kind).not.toBe('none');
    cell.undo();
    expect(readMark(cell).kind).toBe('none');
    expect(cell.getSource()).toBe('y = 2\nx = 1');
    cell.redo();
    expect(readMark(cell)).toEqual(marked);
  });

  it('takes back a renamed line without what was typed before', () => {
    const cell = cellOf({ source: '%%step load\nx = 1' }, documentWide);
    cell.updateSource(16, 17, '2');
    markStep(cell, 'read');
    cell.undo();
    expect(cell.getSource()).toBe('%%step load\nx = 2');
  });
});

describe('marking with others at work', () => {
  it('reaches a second copy of the document as an ordinary change', () => {
    const model = notebook([{ source: 'x = 1' }]);
    const seen: unknown[] = [];
    model.cells.get(0).metadataChanged.connect((_, change) => seen.push(change.key));
    markStep(model.sharedModel.cells[0] as ISharedCodeCell, 'load');
    expect(seen).toContain('cellift');
    expect(model.dirty).toBe(true);
  });
});

describe('suggestName', () => {
  it.each([
    [[{ source: '# Load the data\nx = 1' }], 0, 'Load the data'],
    [[{ source: '## Train\ntext', cell_type: 'markdown' }, { source: 'x = 1' }], 1, 'Train'],
    [[{ source: 'import a\nX, y = f()\nmodel = g(X)' }], 0, 'model'],
    [[{ source: 'print(1)' }], 0, 'step_1'],
    [[{ source: '%%time\nmodel = 1' }], 0, 'model'],
    [[{ source: 'x', metadata: { cellift: { step: 'model' } } }, { source: 'model = 1' }], 1, 'model_2']
  ])('offers a name for %j at %i', (cells, index, name) => {
    expect(suggestName(notebook(cells).sharedModel.cells, index)).toBe(name);
  });
});
