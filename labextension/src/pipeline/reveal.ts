import type { NotebookPanel } from '@jupyterlab/notebook';

/**
 * Goes to a cell: brings its notebook to the front, scrolls to it and, where a line is given, puts the cursor there.
 *
 * Cells outside the view have no editor yet, so the editor is only touched after the cell is rendered.
 *
 * @param line - 1-based line within the cell.
 * @param column - 1-based column.
 */
export async function revealCell(
  panel: NotebookPanel,
  cell: string,
  line: number | null,
  column: number | null
): Promise<void> {
  const notebook = panel.content;
  const index = notebook.widgets.findIndex(widget => widget.model.id === cell);
  if (index < 0) {
    return;
  }
  panel.activate();
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  try {
    await notebook.scrollToItem(index, 'smart');
  } catch {
    // The list gave up because the user scrolled elsewhere in the meantime; the cell is the active one all the same.
  }
  const widget = notebook.widgets[index];
  if (!widget || widget.isDisposed) {
    return;
  }
  await widget.ready;
  if (line !== null && widget.editor) {
    const last = widget.editor.lineCount - 1;
    widget.inputHidden = false;
    notebook.mode = 'edit';
    widget.editor.focus();
    widget.editor.setCursorPosition({ line: Math.min(line - 1, last), column: (column ?? 1) - 1 });
  } else {
    notebook.mode = 'command';
    notebook.node.focus();
  }
}
