import { NotebookModel } from '@jupyterlab/notebook';
import { applyMarks, isConvertible } from '../convert';

function model(tags: string[][], metadata: object = {}, first: object = {}): NotebookModel {
  const made = new NotebookModel();
  made.fromJSON({
    nbformat: 4,
    nbformat_minor: 5,
    metadata,
    cells: tags.map((each, index) => ({
      cell_type: 'code',
      id: `c${index}`,
      source: 'x = 1',
      metadata: { tags: each, ...(index === 0 ? first : {}) },
      outputs: [],
      execution_count: null
    }))
  } as never);
  return made;
}

describe('isConvertible', () => {
  it.each([
    ['a step of Kale', model([['step:a']]), true],
    ['a block of old Kale', model([[], ['block:']]), true],
    ['metadata of Kale', model([[]], { kubeflow_notebook: {} }), true],
    ['a parameters cell of papermill', model([['parameters']]), false],
    ['a tag of others', model([['stepping', 'previous']]), false],
    ['a mark of ours too', model([['step:a']], {}, { cellift: { step: 'a' } }), false],
    ['a conversion before', model([['step:a']], { cellift: { version: 1 } }), false]
  ])('%s', (_, notebook, expected) => {
    expect(isConvertible(notebook)).toBe(expected);
  });

  it('a step line is a mark of ours', () => {
    const notebook = model([['step:a']]);
    notebook.sharedModel.cells[0].setSource('%%step a\nx = 1');
    expect(isConvertible(notebook)).toBe(false);
  });
});

describe('applyMarks', () => {
  it('adds the marks and keeps what was there', () => {
    const notebook = model([['imports'], ['step:a']], { kubeflow_notebook: { pipeline_name: 'p' } });
    applyMarks(notebook, {
      notebook: { version: 1 },
      cells: [{ index: 1, cellift: { step: 'a' } }],
      report: [],
      diagnostics: []
    });
    const shared = notebook.sharedModel;
    expect(shared.cells.map(cell => cell.getMetadata())).toEqual([
      expect.objectContaining({ tags: ['imports'] }),
      expect.objectContaining({ tags: ['step:a'], cellift: { step: 'a' } })
    ]);
    expect(shared.cells[0].getMetadata('cellift')).toBeUndefined();
    expect(shared.getMetadata('cellift')).toEqual({ version: 1 });
    expect(shared.getMetadata('kubeflow_notebook')).toEqual({ pipeline_name: 'p' });
    expect(isConvertible(notebook)).toBe(false);
  });
});
