import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import { celliftIcon } from '../icons';
import { useSignal } from './components/hooks';
import type { RunsModel } from './runsModel';

/** How many runs go on, in the status bar; opens the section. */
export class RunsStatus extends ReactWidget {
  constructor(options: RunsStatus.IOptions) {
    super();
    this._options = options;
    this.addClass('cl-RunsStatus');
    this.addClass('jp-mod-highlighted');
  }

  protected render(): JSX.Element {
    return <Status {...this._options} />;
  }

  private _options: RunsStatus.IOptions;
}

function Status(props: RunsStatus.IOptions): JSX.Element {
  const { model, trans, open } = props;
  useSignal(model.changed);
  const count = model.active.length;
  return (
    <button
      type="button"
      className="cl-RunsStatus-button"
      title={trans.__('Show the runs that go on')}
      data-testid="cellift-status"
      onClick={open}
    >
      <celliftIcon.react tag="span" className="cl-RunsStatus-icon" />
      {trans._n('%1 run', '%1 runs', count)}
    </button>
  );
}

/** Statics of RunsStatus. */
export namespace RunsStatus {
  export interface IOptions {
    model: RunsModel;
    trans: TranslationBundle;
    open: () => void;
  }
}
