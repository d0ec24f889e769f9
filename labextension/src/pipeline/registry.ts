import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { ICellift } from '../tokens';
import { Pipeline } from './model';
import type { IPipeline, IPipelines } from './tokens';

/** Makes one pipeline for each open notebook, when it is first asked for. */
export class Pipelines implements IPipelines {
  constructor(options: Pipelines.IOptions) {
    this._options = options;
    options.tracker.currentChanged.connect(this._onCurrentChanged, this);
    // The tracker's "current" stays when another kind of document comes to the front, and it is null after the last
    // notebook is closed: just what the sidebar shows.
    this._onCurrentChanged();
    // While the page is hidden the server need not tell what happens; and that a run was deleted it never tells.
    options.cellift.refetch.connect(() => this._pipelines.forEach(pipeline => pipeline.catchUp()));
  }

  get current(): IPipeline | null {
    return this._current;
  }

  get currentChanged(): ISignal<this, IPipeline | null> {
    return this._currentChanged;
  }

  get(panel: NotebookPanel): IPipeline {
    let pipeline = this._pipelines.get(panel);
    if (!pipeline) {
      const { cellift, state, trans } = this._options;
      pipeline = new Pipeline({ panel, cellift, state, trans });
      this._pipelines.set(panel, pipeline);
      pipeline.disposed.connect(() => this._pipelines.delete(panel));
    }
    return pipeline;
  }

  private _onCurrentChanged(): void {
    const panel = this._options.tracker.currentWidget;
    const current = panel && !panel.isDisposed ? this.get(panel) : null;
    if (current !== this._current) {
      this._current = current;
      this._currentChanged.emit(current);
    }
  }

  private _options: Pipelines.IOptions;
  private _pipelines = new Map<NotebookPanel, Pipeline>();
  private _current: IPipeline | null = null;
  private _currentChanged = new Signal<this, IPipeline | null>(this);
}

/** A namespace for Pipelines statics. */
export namespace Pipelines {
  /** Options of the pipelines. */
  export interface IOptions {
    tracker: INotebookTracker;
    cellift: ICellift;
    state?: IStateDB | null;
    trans: TranslationBundle;
  }
}
