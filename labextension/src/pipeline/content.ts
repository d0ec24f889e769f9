import type { INotebookContent } from '@jupyterlab/nbformat';
import type { INotebookModel } from '@jupyterlab/notebook';

/**
 * The notebook as it is in the browser, saved or not, without its outputs: they say nothing about the pipeline and can
 * be large. Every cell has its id, also where the file's format is too old to keep it.
 */
export function notebookContent(model: INotebookModel): INotebookContent {
  const shared = model.sharedModel;
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: shared.getMetadata(),
    cells: shared.cells.map(cell => ({
      id: cell.getId(),
      cell_type: cell.cell_type,
      metadata: cell.getMetadata(),
      source: cell.getSource(),
      ...(cell.cell_type === 'code' ? { execution_count: null, outputs: [] } : {})
    }))
  } as INotebookContent;
}

/** Whether the notebook is in Python, as far as it says; a new notebook that says nothing yet counts as Python. */
export function isPython(model: INotebookModel): boolean {
  const metadata = model.sharedModel.getMetadata();
  const language = metadata.kernelspec?.language ?? metadata.language_info?.name;
  return typeof language !== 'string' || language === '' || language.toLowerCase() === 'python';
}

/** A short fingerprint of a cell's source, to notice that it changed (not for security). */
export function fingerprint(source: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < source.length; index++) {
    const code = source.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}
