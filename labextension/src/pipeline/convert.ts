import type { INotebookModel } from '@jupyterlab/notebook';
import type { IImported } from '../tokens';

/** Key of Kale's metadata of a notebook. */
const KALE = 'kubeflow_notebook';

/** What tags start with, or are, that only Kale writes. */
const KALE_TAG = /^(block:|step:.|prev:.|imports$|functions$|pipeline-parameters$|pipeline-metrics$)/;

/** Whether the notebook is marked for Kale, and not yet for Cellift. */
export function isConvertible(model: INotebookModel): boolean {
  const shared = model.sharedModel;
  const cells = shared.cells;
  if (shared.getMetadata('cellift') !== undefined || cells.some(cell => cell.getMetadata('cellift') !== undefined)) {
    return false;
  }
  if (cells.some(cell => /^\s*%%step\b/.test(cell.getSource()))) {
    return false;
  }
  return (
    shared.getMetadata(KALE) !== undefined ||
    cells.some(cell => {
      const tags: unknown = cell.getMetadata('tags');
      return Array.isArray(tags) && tags.some(tag => typeof tag === 'string' && KALE_TAG.test(tag));
    })
  );
}

/** Puts the marks into the notebook, as one change. */
export function applyMarks(model: INotebookModel, imported: IImported): void {
  const shared = model.sharedModel;
  shared.transact(() => {
    for (const { index, cellift } of imported.cells) {
      shared.cells[index]?.setMetadata('cellift', cellift);
    }
    shared.setMetadata('cellift', imported.notebook);
  });
}
