import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import { CommandIDs } from './commandids';

/** JupyterLab's own command. */
const NEW_NOTEBOOK = 'notebook:create-new';

/** Why there is nothing to draw. */
export type EmptyKind = 'no-notebook' | 'no-steps' | 'not-python' | 'unreachable';

/** What the section is for and the smallest first step, where there is nothing to show yet. */
export function EmptyState(props: {
  kind: EmptyKind;
  problem?: string | null;
  commands: CommandRegistry;
  trans: TranslationBundle;
}): JSX.Element {
  const { kind, problem, commands, trans } = props;
  let text: string;
  let action: JSX.Element | null = null;
  switch (kind) {
    case 'no-notebook':
      text = trans.__('Open a notebook to see its cells as the steps of a pipeline, and to run them.');
      action = commands.hasCommand(NEW_NOTEBOOK) ? (
        <button
          className="cl-Button cl-mod-accept"
          data-testid="cellift-new-notebook"
          onClick={() => void commands.execute(NEW_NOTEBOOK)}
        >
          {trans.__('New notebook')}
        </button>
      ) : null;
      break;
    case 'no-steps':
      text = trans.__(
        'A step is a cell that runs by itself, here or on a cluster. Mark the cells that load, train and report; what they hand to each other is found for you.'
      );
      action = (
        <button
          className="cl-Button cl-mod-accept"
          data-testid="cellift-mark-first"
          disabled={!commands.isEnabled(CommandIDs.markStep, { nearest: true })}
          onClick={() => void commands.execute(CommandIDs.markStep, { nearest: true })}
        >
          {trans.__('Mark this cell as a step')}
        </button>
      );
      break;
    case 'not-python':
      text = trans.__('This notebook is not in Python. Pipelines are made from Python notebooks.');
      break;
    case 'unreachable':
      text = problem ?? trans.__('The server does not answer.');
      action = (
        <button
          className="cl-Button"
          data-testid="cellift-try-again"
          onClick={() => void commands.execute(CommandIDs.refresh)}
        >
          {trans.__('Try again')}
        </button>
      );
      break;
  }
  return (
    <div className="cl-Empty" data-testid={`cellift-empty-${kind}`}>
      <p>{text}</p>
      {action}
    </div>
  );
}
