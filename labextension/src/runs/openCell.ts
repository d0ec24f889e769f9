import { Notification } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';

/**
 * Opens the notebook and goes to the cell, with the cursor in the line.
 *
 * @param line - 1-based line in the cell; null: the cell as a whole
 */
export async function openCell(options: {
  app: JupyterFrontEnd;
  notebooks: INotebookTracker | null;
  path: string;
  cell: string;
  line: number | null;
  trans: TranslationBundle;
}): Promise<void> {
  const { app, notebooks, path, cell, line, trans } = options;
  const panel = await openNotebook(app, notebooks, path);
  if (!panel) {
    return; // another browser tab has it now
  }
  await panel.context.ready;
  await panel.revealed;
  app.shell.activateById(panel.id);
  const notebook = panel.content;
  const cells = notebook.model?.cells;
  const index = [...(cells ?? [])].findIndex((model, at) => model.id === cell || `cell-${at}` === cell);
  if (index === -1) {
    Notification.warning(
      trans.__('The cell is no longer in %1. The run used an earlier version of the notebook.', path),
      { autoClose: 8000 }
    );
    return;
  }
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  await notebook.scrollToItem(index, 'auto');
  const target = notebook.widgets[index];
  if (line === null) {
    notebook.mode = 'command';
    notebook.activate();
    return;
  }
  await target.ready;
  const editor = target.editor;
  if (!editor) {
    return;
  }
  const at = Math.min(Math.max(0, line - 1), editor.lineCount - 1);
  notebook.mode = 'edit';
  editor.focus();
  editor.setSelection({
    start: { line: at, column: 0 },
    end: { line: at, column: (editor.getLine(at) ?? '').length }
  });
  editor.revealPosition({ line: at, column: 0 });
}

/** The open notebook, brought to the front, or opened; null when it opens in another browser tab (Notebook 7). */
export async function openNotebook(
  app: JupyterFrontEnd,
  notebooks: INotebookTracker | null,
  path: string
): Promise<NotebookPanel | null> {
  const open = notebooks?.find(panel => panel.context.path === path);
  if (open) {
    app.shell.activateById(open.id);
    return open;
  }
  const widget: unknown = await app.commands.execute('docmanager:open', { path });
  return widget instanceof NotebookPanel ? widget : null;
}
