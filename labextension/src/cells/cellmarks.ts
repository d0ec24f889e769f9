import type { ISharedCell } from '@jupyter/ydoc';
import type { Cell } from '@jupyterlab/cells';
import { isCodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import { Throttler } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { PanelLayout } from '@lumino/widgets';
import type { IPipeline } from '../pipeline/tokens';
import type { IDiagnostic } from '../tokens';
import { markStep, readMark, suggestName } from './marks';
import type { Squiggles } from './squiggles';
import { CellStrip } from './strip';
import { stripState } from './stripstate';

/** How often the strips follow a notebook that changes, in milliseconds. */
const FOLLOW_EVERY = 100;

/**
 * The marks on the cells of one notebook: the strips above them and the squiggles in them.
 *
 * A strip is a child of its cell's widget, so it comes and goes with the cell when the notebook shows only a window of
 * its cells.
 */
export class CellMarks implements IDisposable {
  constructor(options: CellMarks.IOptions) {
    this._options = options;
    this._follow = new Throttler(() => this._sync(), { limit: FOLLOW_EVERY, edge: 'trailing' });
    const { panel, pipeline } = options;
    pipeline.changed.connect(this._sync, this);
    panel.content.modelChanged.connect(this._onModelChanged, this);
    panel.disposed.connect(this.dispose, this);
    this._onModelChanged();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._follow.dispose();
    // The strips belong to their cells, and go with them.
    this._strips.clear();
    Signal.clearData(this);
  }

  /** Opens the form for a cell's step, with the step's name or an offer for one. */
  async edit(cell: Cell): Promise<void> {
    const { panel } = this._options;
    const cells = this._cells();
    const index = cells.findIndex(other => other.getId() === cell.model.id);
    if (index < 0 || !isCodeCellModel(cell.model)) {
      return;
    }
    panel.content.activeCellIndex = index;
    try {
      await panel.content.scrollToItem(index, 'smart');
    } catch {
      // Scrolled elsewhere in the meantime; the form is there all the same.
    }
    await cell.ready;
    if (!cell.isDisposed) {
      this._stripOf(cell).edit(readMark(cell.model.sharedModel).step ?? suggestName(cells, index));
    }
  }

  private _onModelChanged(): void {
    const model = this._options.panel.content.model;
    model?.contentChanged.connect(this._onContentChanged, this);
    model?.cells.changed.connect(this._onContentChanged, this);
    this._sync();
  }

  private _onContentChanged(): void {
    void this._follow.invoke();
  }

  private _sync(): void {
    if (this._isDisposed) {
      return;
    }
    const { panel, pipeline, squiggles } = this._options;
    const cells = this._cells();
    const findings = new Map<string, IDiagnostic[]>();
    for (const diagnostic of [...pipeline.diagnostics, ...failures(pipeline)]) {
      if (diagnostic.cell !== null && diagnostic.line !== null) {
        findings.set(diagnostic.cell, [...(findings.get(diagnostic.cell) ?? []), diagnostic]);
      }
    }
    for (const cell of panel.content.widgets) {
      if (cell.isDisposed || !isCodeCellModel(cell.model)) {
        continue;
      }
      const shared = cell.model.sharedModel;
      const state = stripState(pipeline, shared, cells);
      if (state !== null || this._strips.has(cell)) {
        this._stripOf(cell).state = state;
      }
      squiggles.set(shared, findings.get(shared.getId()) ?? []);
    }
  }

  private _stripOf(cell: Cell): CellStrip {
    const existing = this._strips.get(cell);
    if (existing) {
      return existing;
    }
    const { panel, commands, trans } = this._options;
    const id = cell.model.id;
    const strip = new CellStrip({
      commands,
      trans,
      args: { notebook: panel.id, cell: id },
      problem: name => {
        if (name === '') {
          return trans.__('A step needs a name.');
        }
        if (name.startsWith('--')) {
          return trans.__('A name that starts with -- would be read as an option.');
        }
        const taken = this._cells().some(other => other.getId() !== id && readMark(other).step === name);
        return taken ? trans.__('Another cell is step %1 already.', name) : null;
      },
      stepOptions: () => (isCodeCellModel(cell.model) ? readMark(cell.model.sharedModel).options : {}),
      knownOptions: () => this._options.pipeline.stepOptions,
      accept: (name, options) => {
        if (!cell.isDisposed && isCodeCellModel(cell.model)) {
          markStep(cell.model.sharedModel, name, options);
          this._sync();
        }
      },
      refocus: () => {
        panel.content.mode = 'command';
        // The notebook itself leaves the focus where it is as long as it is within the active cell.
        panel.content.activeCell?.node.focus({ preventScroll: true });
      }
    });
    (cell.layout as PanelLayout).insertWidget(0, strip);
    this._strips.set(cell, strip);
    cell.disposed.connect(() => this._strips.delete(cell));
    return strip;
  }

  private _cells(): readonly ISharedCell[] {
    return this._options.panel.content.model?.sharedModel.cells ?? [];
  }

  private _options: CellMarks.IOptions;
  private _follow: Throttler;
  private _isDisposed = false;
  private _strips = new Map<Cell, CellStrip>();
}

/** The lines at which steps failed in the latest run, where they still are what ran. */
function failures(pipeline: IPipeline): IDiagnostic[] {
  return (pipeline.run?.tasks ?? []).flatMap(({ id, state, error }) =>
    state === 'FAILED' && error?.cell && error.line !== null && pipeline.edited(id) === false
      ? [
          {
            code: error.reason,
            severity: 'error' as const,
            cell: error.cell,
            line: error.line,
            column: null,
            message: error.type ? `${error.type}: ${error.message}` : error.message,
            fix: null
          }
        ]
      : []
  );
}

/** A namespace for CellMarks statics. */
export namespace CellMarks {
  /** Options of the marks of a notebook. */
  export interface IOptions {
    panel: NotebookPanel;
    pipeline: IPipeline;
    squiggles: Squiggles;
    commands: CommandRegistry;
    trans: TranslationBundle;
  }
}
