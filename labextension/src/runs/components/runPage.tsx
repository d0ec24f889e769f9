import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { formatAbsolute, formatBytes } from '../../states/format';
import { isActive } from '../../states/states';
import type { IRun } from '../../tokens';
import type { RunModel } from '../runModel';
import type { IRunActions } from '../actions';
import { ConfirmButton } from './confirmButton';
import { ErrorBox } from './errorBox';
import { useSignal } from './hooks';
import { RunHeader } from './runHeader';
import { StepDetail } from './stepDetail';
import { StepList } from './stepList';

/** Everything about one run. */
export function RunPage(props: RunPage.IProps): JSX.Element {
  const { model, trans, actions } = props;
  useSignal(model.changed);
  const { run } = model;
  if (model.isMissing) {
    return (
      <div className="cl-Empty">
        <p>{trans.__('Run %1 is not recorded here. It was removed, or belongs to another server.', model.id)}</p>
      </div>
    );
  }
  if (!run) {
    return (
      <div className="cl-Empty" aria-busy={!model.error}>
        <p role={model.error ? 'alert' : undefined}>{model.error ?? trans.__('Loading run…')}</p>
        {model.error && (
          <button type="button" className="cl-Button" onClick={() => void model.refresh()}>
            {trans.__('Try again')}
          </button>
        )}
      </div>
    );
  }
  const path = run.source.path;
  const task = run.tasks.find(each => each.id === model.selected) ?? null;
  const failed = run.tasks.find(each => each.id === run.error?.task);
  return (
    <div className="cl-RunPage" data-testid="cellift-run-page" data-state={run.state}>
      <RunHeader run={run} trans={trans}>
        {isActive(run.state) ? (
          <button
            type="button"
            className="cl-Button"
            data-testid="cellift-cancel"
            disabled={run.state === 'CANCELLING'}
            title={trans.__('End this run; steps that are done stay recorded')}
            onClick={() => actions.cancel(run.id)}
          >
            {trans.__('Stop')}
          </button>
        ) : (
          <>
            {path && (
              <button
                type="button"
                className="cl-Button"
                data-testid="cellift-rerun"
                title={trans.__('Run %1 as it is now, with the parameters of this run', path)}
                onClick={() => actions.rerun(run.id)}
              >
                {trans.__('Run again')}
              </button>
            )}
            <ConfirmButton
              testId="cellift-remove"
              title={trans.__('Delete this run, its logs and values')}
              question={
                model.bytes === null
                  ? trans.__('Delete this run, its logs and values?')
                  : trans.__('Delete this run, its logs and values (%1)?', formatBytes(model.bytes))
              }
              confirmLabel={trans.__('Delete')}
              keepLabel={trans.__('Keep')}
              onConfirm={() => actions.remove(run.id)}
            >
              {trans.__('Delete')}
            </ConfirmButton>
          </>
        )}
      </RunHeader>
      {model.error && (
        <p className="cl-Notice" role="status">
          {trans.__('What is shown may be old: %1', model.error)}
        </p>
      )}
      {run.error && (
        <ErrorBox error={run.error} trans={trans} path={path} step={failed?.name} openCell={actions.openCell} />
      )}
      {(run.warnings ?? []).map((warning, index) => (
        <p key={index} className="cl-Notice">
          {warning.message}
        </p>
      ))}
      <div className="cl-RunPage-steps">
        <StepList tasks={run.tasks} selected={model.selected} onSelect={id => model.select(id)} trans={trans} />
        {task && (
          <StepDetail
            key={task.id}
            model={model}
            task={task}
            trans={trans}
            actions={actions}
            path={path}
            hideError={task.id === run.error?.task}
          />
        )}
      </div>
      <Facts run={run} bytes={model.bytes} trans={trans} actions={actions} />
    </div>
  );
}

/** Parameters, and where everything is. */
function Facts(props: {
  run: IRun;
  bytes: number | null;
  trans: TranslationBundle;
  actions: IRunActions;
}): JSX.Element {
  const { run, bytes, trans, actions } = props;
  const params = Object.entries(run.params ?? {});
  const { path, notebook } = run.source;
  return (
    <div className="cl-RunPage-facts">
      {params.length > 0 && (
        <section>
          <h3>{trans.__('Parameters')}</h3>
          <dl className="cl-Facts" data-testid="cellift-params">
            {params.map(([name, value]) => (
              <React.Fragment key={name}>
                <dt>
                  <code>{name}</code>
                </dt>
                <dd>
                  <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
                </dd>
              </React.Fragment>
            ))}
          </dl>
        </section>
      )}
      <section>
        <h3>{trans.__('About this run')}</h3>
        <dl className="cl-Facts">
          {(path || notebook) && (
            <>
              <dt>{trans.__('Notebook')}</dt>
              <dd>
                {path ? (
                  <button type="button" className="cl-Link" onClick={() => actions.openNotebook(path)}>
                    {path}
                  </button>
                ) : (
                  notebook
                )}
              </dd>
            </>
          )}
          <dt>{trans.__('Created')}</dt>
          <dd>{formatAbsolute(run.created)}</dd>
          {run.finished && (
            <>
              <dt>{trans.__('Finished')}</dt>
              <dd>{formatAbsolute(run.finished)}</dd>
            </>
          )}
          {bytes !== null && (
            <>
              <dt>{trans.__('Disk use')}</dt>
              <dd data-testid="cellift-disk-use">{formatBytes(bytes)}</dd>
            </>
          )}
          <dt>{trans.__('Run id')}</dt>
          <dd>
            <code>{run.id}</code>
          </dd>
        </dl>
      </section>
    </div>
  );
}

/** Statics of RunPage. */
export namespace RunPage {
  export interface IProps {
    model: RunModel;
    trans: TranslationBundle;
    actions: IRunActions;
  }
}
