import { NotebookModel } from '@jupyterlab/notebook';
import { fingerprint, isPython, notebookContent } from '../content';

function notebook(metadata: object = {}, nbformat_minor = 5): NotebookModel {
  const model = new NotebookModel();
  model.fromJSON({
    nbformat: 4,
    nbformat_minor,
    metadata,
    cells: [
      {
        cell_type: 'code',
        ...(nbformat_minor >= 5 ? { id: 'one' } : {}),
        source: 'x = 1',
        metadata: { tags: ['a'] },
        execution_count: 7,
        outputs: [{ output_type: 'stream', name: 'stdout', text: 'long' }]
      },
      { cell_type: 'markdown', ...(nbformat_minor >= 5 ? { id: 'two' } : {}), source: '# T', metadata: {} }
    ]
  } as never);
  return model;
}

describe('notebookContent', () => {
  it('has sources, metadata and ids, and no outputs', () => {
    const content = notebookContent(notebook({ kernelspec: { name: 'python3', display_name: 'P' } }));
    expect(content.metadata.kernelspec?.name).toBe('python3');
    expect(content.cells).toEqual([
      { cell_type: 'code', id: 'one', source: 'x = 1', metadata: { tags: ['a'] }, execution_count: null, outputs: [] },
      { cell_type: 'markdown', id: 'two', source: '# T', metadata: {} }
    ]);
  });

  it('gives the cells of an old notebook the ids that they have in the browser', () => {
    const model = notebook({}, 2);
    const content = notebookContent(model);
    expect(content.nbformat_minor).toBe(5);
    expect(content.cells.map(cell => cell.id)).toEqual(model.sharedModel.cells.map(cell => cell.getId()));
  });
});

describe('isPython', () => {
  it.each([
    [{}, true],
    [{ kernelspec: { name: 'python3', display_name: 'P', language: 'python' } }, true],
    [{ language_info: { name: 'python' } }, true],
    [{ kernelspec: { name: 'ir', display_name: 'R', language: 'R' } }, false],
    [{ language_info: { name: 'julia' } }, false]
  ])('%j: %s', (metadata, python) => {
    expect(isPython(notebook(metadata))).toBe(python);
  });
});

describe('fingerprint', () => {
  it('is the same for the same text only', () => {
    expect(fingerprint('x = 1')).toBe(fingerprint('x = 1'));
    expect(fingerprint('x = 1')).not.toBe(fingerprint('x = 2'));
    expect(fingerprint('')).toHaveLength(16);
  });
});
