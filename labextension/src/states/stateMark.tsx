import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { RunState } from '../tokens';
import { stateIcon, stateLabel } from './states';

/** The state of a run or step: icon, colour, and the word (for screen readers only, when `iconOnly`). */
export function StateMark(props: StateMark.IProps): JSX.Element {
  const { state, trans, iconOnly } = props;
  const Icon = stateIcon(state).react;
  const label = stateLabel(state, trans);
  return (
    <span className="cl-StateMark" data-state={state} title={iconOnly ? label : undefined}>
      <Icon tag="span" className="cl-StateMark-icon" aria-hidden="true" />
      <span className={iconOnly ? 'cl-visuallyHidden' : 'cl-StateMark-label'}>{label}</span>
    </span>
  );
}

/** Statics of StateMark. */
export namespace StateMark {
  export interface IProps {
    state: RunState;
    trans: TranslationBundle;
    iconOnly?: boolean;
  }
}
