import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { formatDuration } from '../../states/format';
import { StateMark } from '../../states/stateMark';
import { isActive } from '../../states/states';
import type { ITask } from '../../tokens';
import { useNow } from './hooks';

/** The steps of a run with state and time; one is selected. Arrow keys, Home and End move. */
export function StepList(props: StepList.IProps): JSX.Element {
  const { tasks, selected, onSelect, trans } = props;
  const now = useNow(tasks.some(task => isActive(task.state)));
  const list = React.useRef<HTMLDivElement>(null);

  const move = (event: React.KeyboardEvent) => {
    const at = tasks.findIndex(task => task.id === selected);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: tasks.length - 1 }[event.key];
    if (to === undefined) {
      return;
    }
    event.preventDefault();
    const next = tasks[Math.min(tasks.length - 1, Math.max(0, to))];
    onSelect(next.id);
    list.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(next.id)}"]`)?.focus();
  };

  return (
    <div
      ref={list}
      className="cl-StepList"
      role="tablist"
      aria-orientation="vertical"
      aria-label={trans.__('Steps')}
      onKeyDown={move}
    >
      {tasks.map(task => (
        <button
          key={task.id}
          type="button"
          role="tab"
          aria-selected={task.id === selected}
          tabIndex={task.id === selected ? 0 : -1}
          className="cl-Step"
          data-testid="cellift-step"
          data-step={task.id}
          data-state={task.state}
          title={task.reason ?? task.name}
          onClick={() => onSelect(task.id)}
        >
          <StateMark state={task.state} trans={trans} iconOnly />
          <span className="cl-Step-name">{task.name}</span>
          <span className="cl-Step-time">{formatDuration(task.started, task.finished, now)}</span>
        </button>
      ))}
    </div>
  );
}

/** Statics of StepList. */
export namespace StepList {
  export interface IProps {
    tasks: ITask[];
    selected: string | null;
    onSelect: (id: string) => void;
    trans: TranslationBundle;
  }
}
