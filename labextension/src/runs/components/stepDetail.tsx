import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { formatDuration } from '../../states/format';
import { StateMark } from '../../states/stateMark';
import { isActive } from '../../states/states';
import type { ITask } from '../../tokens';
import type { RunModel } from '../runModel';
import type { IRunActions } from '../actions';
import { Displays } from './displays';
import { ErrorBox } from './errorBox';
import { useNow } from './hooks';
import { LogView } from './logView';
import { Outputs } from './outputs';

/** One step of a run: why it failed, what it gave, what it showed, its log. */
export function StepDetail(props: StepDetail.IProps): JSX.Element {
  const { model, task, trans, actions, path } = props;
  const cell = task.cells[0];
  const now = useNow(isActive(task.state));
  return (
    <div className="cl-StepDetail" role="tabpanel" aria-label={task.name} data-testid="cellift-step-detail">
      <div className="cl-StepDetail-title">
        <h3>{task.name}</h3>
        <StateMark state={task.state} trans={trans} />
        <span className="cl-muted">{formatDuration(task.started, task.finished, now)}</span>
        {task.attempt > 1 && <span className="cl-muted">{trans.__('attempt %1', String(task.attempt))}</span>}
        {path && cell && (
          <button
            type="button"
            className="cl-Link"
            title={trans.__('Go to the cell in %1', path)}
            onClick={() => actions.openCell(path, cell, null)}
          >
            {trans.__('Go to cell')}
          </button>
        )}
      </div>
      {task.reason && !task.error && <p className="cl-StepDetail-reason">{task.reason}</p>}
      {task.error && !props.hideError && (
        <ErrorBox error={task.error} trans={trans} path={path} openCell={actions.openCell} />
      )}
      {task.outputs.length > 0 && <Outputs outputs={task.outputs} trans={trans} />}
      {(task.display ?? []).length > 0 && (
        <Displays
          task={task}
          trans={trans}
          fileUrl={(id, file) => model.fileUrl(id, file)}
          fileText={(id, file) => model.fileText(id, file)}
        />
      )}
      {task.started ? (
        <LogView
          key={`${task.id}.${task.attempt}`}
          model={model.log(task)}
          label={trans.__('Log of step %1', task.name)}
          fileName={`${task.id}.${Math.max(1, task.attempt)}.log`}
          trans={trans}
        />
      ) : (
        !task.reason && <p className="cl-muted">{trans.__('This step has not started.')}</p>
      )}
    </div>
  );
}

/** Statics of StepDetail. */
export namespace StepDetail {
  export interface IProps {
    model: RunModel;
    task: ITask;
    trans: TranslationBundle;
    actions: IRunActions;
    /** Contents path of the notebook; null when this server cannot open it. */
    path: string | null;
    /** The error is shown elsewhere already. */
    hideError?: boolean;
  }
}
