import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { formatDuration } from '../states/format';
import type { IRunSummary } from '../tokens';
import { errorTitle } from './errorText';
import type { RunsModel } from './runsModel';

/** Says that a run is over: to everybody who started it here by a notification, to screen readers by a live region. */
export class RunAnnouncer implements IDisposable {
  constructor(options: RunAnnouncer.IOptions) {
    this._options = options;
    this._region = document.createElement('div');
    this._region.className = 'cl-visuallyHidden';
    this._region.setAttribute('role', 'status');
    this._region.setAttribute('aria-live', 'polite');
    this._region.dataset.testid = 'cellift-live';
    document.body.appendChild(this._region);
    options.model.finished.connect(this._onFinished, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._region.remove();
    Signal.disconnectReceiver(this);
  }

  private _onFinished(model: RunsModel, run: IRunSummary): void {
    const { trans, open } = this._options;
    const message = Private.message(run, trans);
    this._region.textContent = message;
    if (!model.isOwn(run.id)) {
      return;
    }
    const actions = [
      {
        label: trans.__('Open run'),
        caption: trans.__('Show the steps, logs and results of this run'),
        callback: () => open(run.id)
      }
    ];
    if (run.state === 'FAILED') {
      Notification.error(message, { actions, autoClose: false });
    } else if (run.state === 'SUCCEEDED') {
      Notification.success(message, { actions, autoClose: 8000 });
    } else {
      Notification.info(message, { actions, autoClose: 8000 });
    }
  }

  private _isDisposed = false;
  private _options: RunAnnouncer.IOptions;
  private _region: HTMLElement;
}

/** Statics of RunAnnouncer. */
export namespace RunAnnouncer {
  export interface IOptions {
    model: RunsModel;
    trans: TranslationBundle;
    /** Shows the page of a run. */
    open: (id: string) => void;
  }
}

namespace Private {
  export function message(run: IRunSummary, trans: TranslationBundle): string {
    const duration = formatDuration(run.started, run.finished);
    switch (run.state) {
      case 'SUCCEEDED':
        return trans.__('Run %1 succeeded in %2.', run.name, duration);
      case 'FAILED':
        return run.error
          ? trans.__('Run %1 failed. %2', run.name, errorTitle(run.error).title)
          : trans.__('Run %1 failed after %2.', run.name, duration);
      default:
        return trans.__('Run %1 was cancelled after %2.', run.name, duration);
    }
  }
}
