import { NotebookModel, type Notebook } from '@jupyterlab/notebook';
import { announcement } from '../announce';

describe('announcement', () => {
  it('tells the running cell and all code cells, whatever is in them', () => {
    const model = new NotebookModel();
    const source = 'text = "quotes \\" and \\\\ and \'\'\'"\n%pipeline run  # ünï😀';
    model.sharedModel.insertCells(0, [
      { id: 'words', cell_type: 'markdown', source: 'words' },
      { id: 'code', cell_type: 'code', source }
    ]);
    const code = announcement('code', { model } as unknown as Notebook);
    const literal = /announce\((".*")\)$/.exec(code)?.[1] ?? '';
    const told = JSON.parse(JSON.parse(literal));
    expect(told.cell).toBe('code');
    expect(told.cells.code).toBe(source);
    expect(told.cells).not.toHaveProperty('words');
    expect(code).not.toContain('\n');
    model.dispose();
  });
});
