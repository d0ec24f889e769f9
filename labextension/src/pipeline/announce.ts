import type { Cell } from '@jupyterlab/cells';
import { NotebookActions, type Notebook, type NotebookPanel } from '@jupyterlab/notebook';

/** Cells that start a run of, or draw, the notebook that they are in. */
const OWN_NOTEBOOK = /^\s*(?:[\w.]+\s*=\s*)?%pipeline\s+(?:run|graph)\b|\bcellift\.run\(/m;

/**
 * Tells the kernel, right before such a cell runs, which code cells the notebook has, and saves it: the kernel reads the
 * saved notebook and so knows which state of it to wait for. Nobody has to save by hand.
 */
export class NotebookAnnouncer {
  constructor(options: NotebookAnnouncer.IOptions) {
    this._panelOf = options.panelOf;
    NotebookActions.executionScheduled.connect(this._onScheduled, this);
  }

  dispose(): void {
    NotebookActions.executionScheduled.disconnect(this._onScheduled, this);
  }

  private _onScheduled(_: unknown, args: { notebook: Notebook; cell: Cell }): void {
    const panel = this._panelOf(args.notebook);
    const kernel = panel?.sessionContext.session?.kernel;
    if (!panel || !kernel || !OWN_NOTEBOOK.test(args.cell.model.sharedModel.getSource())) {
      return;
    }
    // The kernel takes requests in order: this one is there before the cell.
    kernel.requestExecute({
      code: announcement(args.cell.model.id, args.notebook),
      silent: true,
      store_history: false,
      stop_on_error: false
    });
    if (panel.context.model.dirty) {
      panel.context
        .save()
        .catch(error => console.error('Cellift: the notebook could not be saved before the run', error));
    }
  }

  private _panelOf: (notebook: Notebook) => NotebookPanel | undefined;
}

/** Statics of NotebookAnnouncer. */
export namespace NotebookAnnouncer {
  export interface IOptions {
    panelOf: (notebook: Notebook) => NotebookPanel | undefined;
  }
}

/** The code that tells the kernel; a kernel whose environment has no Cellift takes no notice. */
export function announcement(cell: string, notebook: Notebook): string {
  const cells: Record<string, string> = {};
  for (const shared of notebook.model?.sharedModel.cells ?? []) {
    if (shared.cell_type === 'code') {
      cells[shared.getId()] = shared.getSource();
    }
  }
  // JSON of a JSON text is a Python string literal too.
  const text = JSON.stringify(JSON.stringify({ cell, cells }));
  return (
    "__import__('importlib.util').util.find_spec('cellift_kernel') and " +
    `__import__('cellift_kernel.front_end', fromlist=['announce']).announce(${text})`
  );
}
