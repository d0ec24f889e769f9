import { caretDownEmptyThinIcon, runIcon, stopIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
import * as React from 'react';
import { CommandIDs } from './commandids';
import type { IPipeline } from './tokens';

/** `▶ Run ▾` of the section; `■ Cancel` while a run of the notebook goes on. */
export function RunControl(props: {
  pipeline: IPipeline;
  commands: CommandRegistry;
  trans: TranslationBundle;
}): JSX.Element {
  const { pipeline, commands, trans } = props;
  if (pipeline.active) {
    const cancelling = pipeline.run?.state === 'CANCELLING' || pipeline.busy;
    return (
      <button
        className="cl-Button cl-mod-danger"
        data-testid="cellift-pipeline-cancel"
        disabled={cancelling}
        title={commands.caption(CommandIDs.cancelPipeline)}
        onClick={() => void commands.execute(CommandIDs.cancelPipeline)}
      >
        <stopIcon.react tag="span" className="cl-Button-icon" />
        {cancelling ? trans.__('Cancelling') : trans.__('Cancel')}
      </button>
    );
  }
  const disabled = pipeline.busy || pipeline.steps.length === 0;
  return (
    <span className="cl-SplitButton">
      <button
        className="cl-Button cl-mod-accept"
        data-testid="cellift-pipeline-run"
        disabled={disabled}
        title={commands.caption(CommandIDs.runPipeline)}
        onClick={() => void commands.execute(CommandIDs.runPipeline)}
      >
        <runIcon.react tag="span" className="cl-Button-icon" />
        {pipeline.busy ? trans.__('Starting') : trans.__('Run')}
      </button>
      <button
        className="cl-Button cl-mod-accept cl-mod-menu"
        data-testid="cellift-pipeline-run-menu"
        disabled={disabled}
        aria-haspopup="menu"
        aria-label={trans.__('More ways to run')}
        title={trans.__('More ways to run')}
        onClick={event => Private.openMenu(event.currentTarget, pipeline, commands, trans)}
      >
        <caretDownEmptyThinIcon.react tag="span" className="cl-Button-icon" />
      </button>
    </span>
  );
}

namespace Private {
  export function openMenu(
    anchor: HTMLElement,
    pipeline: IPipeline,
    commands: CommandRegistry,
    trans: TranslationBundle
  ): void {
    const menu = new Menu({ commands });
    menu.addItem({ command: CommandIDs.runPipeline });
    if (Object.keys(pipeline.overrides).length > 0) {
      menu.addItem({ command: CommandIDs.runPipeline, args: { defaults: true } });
    }
    const steps = new Menu({ commands });
    steps.title.label = trans.__('Run to Step');
    for (const step of pipeline.steps) {
      steps.addItem({ command: CommandIDs.runToStep, args: { step: step.id } });
    }
    menu.addItem({ type: 'submenu', submenu: steps });
    menu.aboutToClose.connect(() => {
      // A chosen item is executed after the menu has closed.
      requestAnimationFrame(() => {
        steps.dispose();
        menu.dispose();
      });
    });
    const box = anchor.getBoundingClientRect();
    menu.open(box.left, box.bottom);
  }
}
