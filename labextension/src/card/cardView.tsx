import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IRunActions } from '../runs/actions';
import { ErrorBox } from '../runs/components/errorBox';
import { useSignal } from '../runs/components/hooks';
import { LogView } from '../runs/components/logView';
import { RunHeader } from '../runs/components/runHeader';
import type { RunModel } from '../runs/runModel';
import { StateMark } from '../states/stateMark';
import { isActive } from '../states/states';
import type { ITask } from '../tokens';

/** The card of a run in a notebook's output: state line, error, and one log per step, failing ones first. */
export function CardView(props: CardView.IProps): JSX.Element {
  const { model, trans, actions } = props;
  useSignal(model.changed);
  const { run } = model;
  if (!run) {
    return (
      <div className="cl-Card" data-testid="cellift-card" aria-busy={!model.error}>
        <p className="cl-muted">
          {model.isMissing
            ? trans.__('Run %1 is not recorded here. It was removed, or belongs to another server.', model.id)
            : (model.error ?? trans.__('Loading run…'))}
        </p>
      </div>
    );
  }
  const tasks = order(run.tasks);
  const task = tasks.find(each => each.id === model.selected) ?? null;
  const path = run.source.path;
  const failed = run.tasks.find(each => each.id === run.error?.task);
  return (
    <div
      className="cl-Card"
      role="group"
      aria-label={trans.__('Run %1', run.name)}
      data-testid="cellift-card"
      data-state={run.state}
    >
      <RunHeader run={run} trans={trans}>
        {isActive(run.state) && (
          <button
            type="button"
            className="cl-Button"
            data-testid="cellift-cancel"
            disabled={run.state === 'CANCELLING'}
            onClick={() => actions.cancel(run.id)}
          >
            {trans.__('Stop')}
          </button>
        )}
        <button type="button" className="cl-Button" data-testid="cellift-open" onClick={() => actions.open(run.id)}>
          {trans.__('Open run')}
        </button>
      </RunHeader>
      {run.error && (
        <ErrorBox error={run.error} trans={trans} path={path} step={failed?.name} openCell={actions.openCell} />
      )}
      <Tabs tasks={tasks} selected={model.selected} onSelect={id => model.select(id)} trans={trans} />
      {task &&
        (task.started ? (
          <LogView
            key={`${task.id}.${task.attempt}`}
            model={model.log(task)}
            label={trans.__('Log of step %1', task.name)}
            fileName={`${task.id}.${Math.max(1, task.attempt)}.log`}
            trans={trans}
          />
        ) : (
          <p className="cl-Card-note cl-muted">{task.reason ?? trans.__('This step has not started.')}</p>
        ))}
    </div>
  );
}

/** One tab per step. */
function Tabs(props: {
  tasks: ITask[];
  selected: string | null;
  onSelect: (id: string) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { tasks, selected, onSelect, trans } = props;
  const bar = React.useRef<HTMLDivElement>(null);
  const move = (event: React.KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step && tasks[tasks.findIndex(task => task.id === selected) + step];
    if (next) {
      // The notebook must not take the key for itself.
      event.preventDefault();
      event.stopPropagation();
      onSelect(next.id);
      bar.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(next.id)}"]`)?.focus();
    }
  };
  return (
    <div ref={bar} className="cl-Tabs" role="tablist" aria-label={trans.__('Steps')} onKeyDown={move}>
      {tasks.map(task => (
        <button
          key={task.id}
          type="button"
          role="tab"
          className="cl-Tab"
          aria-selected={task.id === selected}
          tabIndex={task.id === selected ? 0 : -1}
          data-testid="cellift-step"
          data-step={task.id}
          data-state={task.state}
          onClick={() => onSelect(task.id)}
        >
          <StateMark state={task.state} trans={trans} iconOnly />
          {task.name}
        </button>
      ))}
    </div>
  );
}

/** Failed steps first, the others in the order of the notebook. */
function order(tasks: ITask[]): ITask[] {
  const failed = tasks.filter(task => task.state === 'FAILED');
  return [...failed, ...tasks.filter(task => task.state !== 'FAILED')];
}

/** Statics of CardView. */
export namespace CardView {
  export interface IProps {
    model: RunModel;
    trans: TranslationBundle;
    actions: IRunActions;
  }
}
