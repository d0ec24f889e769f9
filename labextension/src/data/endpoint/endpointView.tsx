import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useSignal } from '../../runs/components/hooks';
import type { EndpointModel } from './endpointModel';

/** The S3 endpoint over the local tree: whether it runs, where, how code finds it, and the button for it. */
export function EndpointView(props: EndpointView.IProps): JSX.Element | null {
  const { model, trans } = props;
  useSignal(model.changed);
  const { endpoint, isRunning, busy, error, hasEnded } = model;
  if (!props.isOffered && !isRunning && !busy && !error && !hasEnded) {
    return null;
  }
  const word = {
    start: trans.__('starting …'),
    stop: trans.__('stopping …'),
    on: trans.__('running'),
    off: trans.__('off')
  }[busy ?? (isRunning ? 'on' : 'off')];
  return (
    <section
      className="cl-Endpoint"
      aria-label={trans.__('S3 endpoint')}
      data-testid="cellift-endpoint"
      data-endpoint={busy ?? (isRunning ? 'running' : 'off')}
    >
      <div className="cl-Endpoint-line">
        <span className="cl-Endpoint-dot" aria-hidden="true" />
        <span>{trans.__('S3 endpoint')}</span>
        <span className="cl-muted" role="status">
          {word}
        </span>
        <span className="cl-spacer" />
        {/* One button for both, so that the keyboard stays on it. */}
        <button
          type="button"
          className="cl-Button"
          title={
            isRunning
              ? trans.__('Kernels and runs that use it reach nothing by it any more')
              : trans.__('Serve the buckets of this machine to code that wants an S3 server')
          }
          aria-label={isRunning ? trans.__('Stop the S3 endpoint') : trans.__('Start the S3 endpoint')}
          aria-disabled={busy !== null}
          data-testid="cellift-endpoint-button"
          onClick={() => void (isRunning ? model.stop() : model.start())}
        >
          {isRunning ? trans.__('Stop') : trans.__('Start')}
        </button>
      </div>
      {error && (
        <p className="cl-Notice cl-Data-notice cl-mod-error" role="alert">
          <span>{error}</span>
        </p>
      )}
      {hasEnded && !busy && (
        <p className="cl-Notice cl-Data-notice" role="status">
          <span>{trans.__('It has ended. Once it is started again, restart the kernels that use it.')}</span>
        </p>
      )}
      {isRunning && endpoint && (
        <>
          <div className="cl-Endpoint-line">
            <code className="cl-Endpoint-address" data-testid="cellift-endpoint-address">
              {endpoint.url}
            </code>
            <button
              type="button"
              className="cl-Link"
              aria-label={trans.__('Copy the address')}
              onClick={() => model.copyAddress()}
            >
              {trans.__('Copy')}
            </button>
          </div>
          <p className="cl-Endpoint-text">
            {trans.__(
              'Kernels and runs that start now find it by themselves; restart a kernel that is running. It ends with the Jupyter server.'
            )}
          </p>
          {endpoint.replaces.length > 0 && (
            <p className="cl-Endpoint-text" data-testid="cellift-endpoint-replaces">
              <span className="cl-mod-warning" aria-hidden="true">
                ▲{' '}
              </span>
              {trans.__("In them, it takes the place of the server's own %1.", endpoint.replaces.join(', '))}
            </p>
          )}
          <details className="cl-Endpoint-text">
            <summary>
              {trans._n('%1 environment variable', '%1 environment variables', endpoint.variables.length)}
            </summary>
            <ul>
              {endpoint.variables.map(name => (
                <li key={name}>
                  <code>{name}</code>
                </li>
              ))}
            </ul>
          </details>
        </>
      )}
    </section>
  );
}

/** Statics of EndpointView. */
export namespace EndpointView {
  export interface IProps {
    model: EndpointModel;
    trans: TranslationBundle;
    /** It is shown also while nobody wants it. */
    isOffered: boolean;
  }
}
