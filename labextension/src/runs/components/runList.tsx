import type { TranslationBundle } from '@jupyterlab/translation';
import { stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { formatAbsolute, formatDuration, formatNumber, formatWhen } from '../../states/format';
import { StateMark } from '../../states/stateMark';
import { isActive, stateLabel } from '../../states/states';
import type { IRunSummary } from '../../tokens';
import { errorTitle } from '../errorText';
import type { RunsModel } from '../runsModel';
import type { IRunActions } from '../actions';
import { useNow, useSignal } from './hooks';

/** The list of runs with its filter; says what it is for while it is empty. */
export function RunList(props: RunList.IProps): JSX.Element {
  const { model, trans, actions } = props;
  useSignal(model.changed);
  const { runs, filter } = model;
  const now = useNow(runs.some(run => isActive(run.state)));
  const [focused, setFocused] = React.useState<string | null>(null);
  const list = React.useRef<HTMLUListElement>(null);
  const tabStop = runs.some(run => run.id === focused) ? focused : runs[0]?.id;

  if (!model.isReady) {
    return <div className="cl-Empty" aria-busy="true" data-testid="cellift-runs-loading" />;
  }
  if (model.error && runs.length === 0) {
    return (
      <div className="cl-Empty" role="alert">
        <p>{trans.__('The runs could not be fetched: %1', model.error)}</p>
        <button
          type="button"
          className="cl-Button"
          onClick={() => {
            void model.refresh();
          }}
        >
          {trans.__('Try again')}
        </button>
      </div>
    );
  }
  if (runs.length === 0 && !filter) {
    return (
      <div className="cl-Empty" data-testid="cellift-runs-empty">
        <p>{trans.__('Runs of your pipelines appear here. Mark a cell as a step, then press Run.')}</p>
        {props.runPipeline && (
          <button
            type="button"
            className="cl-Button cl-mod-accept"
            disabled={!props.runPipeline.enabled}
            title={props.runPipeline.caption}
            onClick={props.runPipeline.execute}
          >
            {props.runPipeline.label}
          </button>
        )}
      </div>
    );
  }

  const move = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = runs.findIndex(run => run.id === tabStop);
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? runs.length - 1 : step === undefined ? null : at + step;
    if (to === null || !runs[to]) {
      return;
    }
    event.preventDefault();
    setFocused(runs[to].id);
    list.current?.querySelector<HTMLElement>(`[data-run-id="${CSS.escape(runs[to].id)}"] .cl-Run-open`)?.focus();
  };

  return (
    <div className="cl-RunList">
      <div className="cl-RunList-filter">
        <input
          type="search"
          className="cl-Input"
          data-testid="cellift-runs-filter"
          placeholder={trans.__('Filter runs')}
          aria-label={trans.__('Filter runs')}
          defaultValue={filter}
          onChange={event => {
            void model.setFilter(event.target.value.trim());
          }}
        />
      </div>
      {model.error && (
        <p className="cl-Notice" role="status">
          {trans.__('What is shown may be old: %1', model.error)}
        </p>
      )}
      {runs.length === 0 && <p className="cl-RunList-none">{trans.__('No run has “%1” in it.', filter)}</p>}
      <ul ref={list} className="cl-RunList-list" aria-label={trans.__('Runs')} onKeyDown={move}>
        {runs.map(run => (
          <RunRow
            key={run.id}
            run={run}
            now={now}
            trans={trans}
            actions={actions}
            tabIndex={run.id === tabStop ? 0 : -1}
            onFocus={() => setFocused(run.id)}
          />
        ))}
      </ul>
      {model.hasMore && (
        <button
          type="button"
          className="cl-Button cl-RunList-more"
          onClick={() => {
            void model.more();
          }}
        >
          {trans.__('Show more')}
        </button>
      )}
    </div>
  );
}

/** One run: state, name, when; below: the reason of a failure, or how far and how long, and one metric. */
function RunRow(props: {
  run: IRunSummary;
  now: number;
  trans: TranslationBundle;
  actions: IRunActions;
  tabIndex: number;
  onFocus: () => void;
}): JSX.Element {
  const { run, now, trans, actions } = props;
  const active = isActive(run.state);
  const duration = formatDuration(run.started, run.finished, now);
  const facts = active
    ? [
        run.reason ?? '',
        run.progress.total > 1 ? trans.__('%1 of %2', String(run.progress.done), String(run.progress.total)) : '',
        duration
      ]
    : run.error
      ? [run.reason ?? errorTitle(run.error).title]
      : [duration, run.metric ? `${run.metric.key} ${formatNumber(run.metric.value)}` : ''];
  const detail = facts.filter(Boolean).join(' · ');
  return (
    <li className="cl-Run" data-testid="cellift-run" data-run-id={run.id} data-state={run.state}>
      <button
        type="button"
        className="cl-Run-open"
        tabIndex={props.tabIndex}
        onFocus={props.onFocus}
        onClick={() => actions.open(run.id)}
      >
        <span className="cl-Run-line">
          <StateMark state={run.state} trans={trans} iconOnly />
          <span className="cl-Run-name" title={run.source.path ?? run.source.notebook ?? run.name}>
            {run.name}
          </span>
          <time className="cl-Run-when" dateTime={run.created} title={formatAbsolute(run.created)}>
            {formatWhen(run.created, trans, new Date(now))}
          </time>
        </span>
        <span className="cl-Run-detail" title={detail}>
          <span className="cl-Run-state" aria-hidden="true">
            {stateLabel(run.state, trans)}
          </span>
          {detail && ` · ${detail}`}
        </span>
      </button>
      {active && (
        <button
          type="button"
          className="cl-IconButton cl-Run-stop"
          title={trans.__('Stop %1', run.name)}
          data-testid="cellift-run-stop"
          disabled={run.state === 'CANCELLING'}
          onClick={() => actions.cancel(run.id)}
        >
          <stopIcon.react tag="span" />
        </button>
      )}
    </li>
  );
}

/** Statics of RunList. */
export namespace RunList {
  export interface IProps {
    model: RunsModel;
    trans: TranslationBundle;
    actions: IRunActions;
    /** The button of the empty list; null when no plugin can run a pipeline. */
    runPipeline: { label: string; caption: string; enabled: boolean; execute: () => void } | null;
  }
}
