import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import type { IRunActions } from './actions';
import { RunList } from './components/runList';
import type { RunsModel } from './runsModel';

/** The command of the pipeline plugin that runs the current notebook. */
const RUN_PIPELINE = 'cellift:run-pipeline';

/** The section "Runs" of the sidebar. */
export class RunsSection extends ReactWidget {
  constructor(options: RunsSection.IOptions) {
    super();
    this._options = options;
    this.id = 'cellift-runs';
    this.addClass('cl-RunsSection');
    options.commands.commandChanged.connect(this._onCommandChanged, this);
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._options.commands.commandChanged.disconnect(this._onCommandChanged, this);
    super.dispose();
  }

  protected override onBeforeShow(msg: Message): void {
    super.onBeforeShow(msg);
    void this._options.model.refresh();
  }

  protected render(): JSX.Element {
    const { model, trans, actions, commands } = this._options;
    const runPipeline = commands.hasCommand(RUN_PIPELINE)
      ? {
          label: commands.label(RUN_PIPELINE),
          caption: commands.caption(RUN_PIPELINE),
          enabled: commands.isEnabled(RUN_PIPELINE),
          execute: () => {
            void commands.execute(RUN_PIPELINE);
          }
        }
      : null;
    return <RunList model={model} trans={trans} actions={actions} runPipeline={runPipeline} />;
  }

  private _onCommandChanged(_: CommandRegistry, change: CommandRegistry.ICommandChangedArgs): void {
    if (change.id === RUN_PIPELINE || change.type === 'many-changed') {
      this.update();
    }
  }

  private _options: RunsSection.IOptions;
}

/** Statics of RunsSection. */
export namespace RunsSection {
  export interface IOptions {
    model: RunsModel;
    trans: TranslationBundle;
    actions: IRunActions;
    commands: CommandRegistry;
  }
}
