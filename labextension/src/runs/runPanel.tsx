import { MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { celliftIcon } from '../icons';
import { formatAbsolute, formatClock } from '../states/format';
import type { IRunActions } from './actions';
import { RunPage } from './components/runPage';
import type { RunModel } from './runModel';

/** The run page as a widget; it owns its model. */
export class RunPanel extends ReactWidget {
  constructor(options: RunPanel.IOptions) {
    super();
    this.model = options.model;
    this._options = options;
    this.addClass('cl-RunPanel');
    this.id = `cellift-run-${options.model.id}`;
    this.title.icon = celliftIcon;
    this.title.closable = true;
    this.model.changed.connect(this._onChanged, this);
    this._onChanged();
  }

  readonly model: RunModel;

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.model.changed.disconnect(this._onChanged, this);
    this.model.dispose();
    super.dispose();
  }

  protected render(): JSX.Element {
    const { model, trans, actions } = this._options;
    return <RunPage model={model} trans={trans} actions={actions} />;
  }

  private _onChanged(): void {
    const { trans } = this._options;
    const run = this.model.run;
    // Two runs of one notebook have the same name; their times tell them apart.
    this.title.label = run ? trans.__('%1 %2', run.name, formatClock(run.created)) : trans.__('Run');
    this.title.caption = run
      ? trans.__('Run %1, %2 (%3)', run.name, formatAbsolute(run.created), this.model.id)
      : trans.__('Run %1', this.model.id);
  }

  private _options: RunPanel.IOptions;
}

/** Statics of RunPanel. */
export namespace RunPanel {
  export interface IOptions {
    model: RunModel;
    trans: TranslationBundle;
    actions: IRunActions;
  }

  /** The panel for the main area. */
  export function mainArea(content: RunPanel): MainAreaWidget<RunPanel> {
    const widget = new MainAreaWidget({ content });
    widget.id = `${content.id}-main`;
    widget.toolbar.hide();
    return widget;
  }
}
