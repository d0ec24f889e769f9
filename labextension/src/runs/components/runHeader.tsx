import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { formatAbsolute, formatDuration, formatNumber, formatWhen } from '../../states/format';
import { StateMark } from '../../states/stateMark';
import { isActive } from '../../states/states';
import type { IRun } from '../../tokens';
import { errorTitle } from '../errorText';
import { summarise } from '../summary';
import { useNow } from './hooks';

/** The state line of a run: state, name, how far, how long, when, metric; actions at its end. */
export function RunHeader(props: RunHeader.IProps): JSX.Element {
  const { run, trans, children } = props;
  const active = isActive(run.state);
  const now = useNow(active);
  const { progress, metric } = summarise(run);
  // The box below tells the error, with its place.
  const said = run.error !== null && (run.reason ?? '').includes(errorTitle(run.error).title);
  const facts = [
    active && progress.total > 1 ? trans.__('%1 of %2 steps', String(progress.done), String(progress.total)) : '',
    formatDuration(run.started, run.finished, now),
    metric ? `${metric.key} ${formatNumber(metric.value)}` : ''
  ].filter(Boolean);
  return (
    <div className="cl-RunHeader" data-state={run.state} data-testid="cellift-run-header">
      <div className="cl-RunHeader-line">
        <StateMark state={run.state} trans={trans} />
        <span className="cl-RunHeader-name">{run.name}</span>
        <span className="cl-RunHeader-facts">
          {facts.map(fact => (
            <span key={fact}>{fact}</span>
          ))}
          <time dateTime={run.created} title={formatAbsolute(run.created)}>
            {formatWhen(run.created, trans)}
          </time>
        </span>
        <span className="cl-RunHeader-actions">{children}</span>
      </div>
      {progress.total > 1 &&
        (active ? (
          <progress
            className="cl-Progress"
            max={progress.total}
            value={progress.done}
            aria-label={trans.__('%1 of %2 steps', String(progress.done), String(progress.total))}
          />
        ) : (
          // Its place stays, so that what is below does not move at the end of the run.
          <div className="cl-Progress cl-mod-over" data-state={run.state} />
        ))}
      {run.reason && !said && <p className="cl-RunHeader-reason">{run.reason}</p>}
    </div>
  );
}

/** Statics of RunHeader. */
export namespace RunHeader {
  export interface IProps {
    run: IRun;
    trans: TranslationBundle;
    /** Buttons. */
    children?: React.ReactNode;
  }
}
