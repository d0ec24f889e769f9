import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IRunActions } from '../runs/actions';
import type { RunModel } from '../runs/runModel';
import type { ICellift } from '../tokens';

/** What the kernel displays for a run. */
export const RUN_MIME = 'application/vnd.cellift.run+json';

/** The card of a run: the output holds only the run's id, everything else comes from the server. */
export class RunCard extends ReactWidget implements IRenderMime.IRenderer {
  constructor(options: RunCard.IOptions) {
    super();
    this._options = options;
    this.addClass('cl-RunCard');
  }

  async renderModel(mime: IRenderMime.IMimeModel): Promise<void> {
    const data = mime.data[RUN_MIME] as { run_id?: unknown } | undefined;
    const id = typeof data?.run_id === 'string' ? data.run_id : '';
    this._view ??= await Promise.all([import('./cardView'), import('../runs/runModel')]);
    const [, { RunModel }] = this._view;
    if (this._model?.id !== id && !this.isDisposed) {
      this._model?.dispose();
      this._model = id ? new RunModel({ client: this._options.client, id }) : null;
    }
    this.update();
    await this.renderPromise;
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._model?.dispose();
    this._model = null;
    super.dispose();
  }

  protected render(): JSX.Element | null {
    const { trans, actions } = this._options;
    if (!this._view) {
      return null;
    }
    const [{ CardView }] = this._view;
    return this._model ? (
      <CardView key={this._model.id} model={this._model} trans={trans} actions={actions} />
    ) : (
      <p className="cl-muted">{trans.__('This output names no run.')}</p>
    );
  }

  private _model: RunModel | null = null;
  private _options: RunCard.IOptions;
  private _view: [typeof import('./cardView'), typeof import('../runs/runModel')] | null = null;
}

/** Statics of RunCard. */
export namespace RunCard {
  export interface IOptions {
    client: ICellift;
    trans: TranslationBundle;
    actions: IRunActions;
  }
}
