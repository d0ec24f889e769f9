import type { ICommandPalette } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon, stopIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { hasSteps as anyStep, readMark } from '../cells/marks';
import type { ISidebar } from '../tokens';
import { CommandIDs } from './commandids';
import { runPipelineIcon } from './icons';
import { notifyRefusal } from './model';
import type { IPipeline, IPipelines } from './tokens';

/** Id of the section in the sidebar. */
export const SECTION_ID = 'cellift-pipeline';

/** Adds the commands that run the pipeline of a notebook: the one in front unless arguments name another. */
export function addPipelineCommands(options: {
  commands: CommandRegistry;
  tracker: INotebookTracker;
  pipelines: IPipelines;
  sidebar: ISidebar | null;
  palette: ICommandPalette | null;
  trans: TranslationBundle;
}): void {
  const { commands, tracker, pipelines, sidebar, palette, trans } = options;
  const pipelineOf = (args: ReadonlyPartialJSONObject) => Private.pipelineOf(args, tracker, pipelines);
  const notebookArgument = {
    notebook: { type: 'string', description: trans.__('Id of the notebook panel; the one in front when left out') }
  };
  const canStart = (pipeline: IPipeline | null): pipeline is IPipeline =>
    pipeline !== null && !pipeline.active && !pipeline.busy && Private.hasSteps(pipeline);
  const start = async (pipeline: IPipeline, request: { step?: string; defaults?: boolean }) => {
    try {
      await pipeline.start(request);
    } catch (error) {
      notifyRefusal(pipeline, error, trans);
    }
  };

  commands.addCommand(CommandIDs.runPipeline, {
    label: args => {
      if (args.toolbar) {
        return '';
      }
      return args.defaults ? trans.__('Run with Default Parameters') : trans.__('Run Pipeline');
    },
    caption: args => {
      const pipeline = pipelineOf(args);
      if (pipeline?.active) {
        return trans.__('The pipeline of this notebook is running');
      }
      return pipeline && !Private.hasSteps(pipeline)
        ? trans.__('Run the pipeline; mark a cell as a step first')
        : trans.__('Run the steps of this notebook as a pipeline on this machine');
    },
    icon: args => (args.isMenu ? undefined : runPipelineIcon),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...notebookArgument,
          defaults: { type: 'boolean', description: trans.__('Ignore the values of the parameters form') },
          toolbar: { type: 'boolean', description: trans.__('Show the icon only') }
        }
      }
    },
    isEnabled: args => canStart(pipelineOf(args)),
    execute: async args => {
      const pipeline = pipelineOf(args);
      if (canStart(pipeline)) {
        await start(pipeline, { defaults: args.defaults === true });
      }
    }
  });

  commands.addCommand(CommandIDs.runToStep, {
    label: args => {
      const step = Private.stepOf(pipelineOf(args), args);
      return args.step && step ? step.name : trans.__('Run Pipeline to This Step');
    },
    caption: args => {
      const step = Private.stepOf(pipelineOf(args), args);
      return step
        ? trans.__('Run %1 and the steps that it needs', step.name)
        : trans.__('Run this step and the steps that it needs');
    },
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...notebookArgument,
          step: {
            type: ['string', 'null'],
            description: trans.__('Id of the step; that of the active cell when left out')
          }
        }
      }
    },
    isEnabled: args => {
      const pipeline = pipelineOf(args);
      return canStart(pipeline) && Private.stepOf(pipeline, args) !== null;
    },
    execute: async args => {
      const pipeline = pipelineOf(args);
      const step = Private.stepOf(pipeline, args);
      if (canStart(pipeline) && step) {
        await start(pipeline, { step: step.id });
      }
    }
  });

  commands.addCommand(CommandIDs.cancelPipeline, {
    label: trans.__('Cancel Pipeline Run'),
    caption: trans.__('Cancel the run of this notebook; its processes are ended'),
    icon: args => (args.isMenu ? undefined : stopIcon),
    describedBy: { args: { type: 'object', properties: notebookArgument } },
    isEnabled: args => {
      const pipeline = pipelineOf(args);
      return pipeline !== null && pipeline.active && !pipeline.busy;
    },
    execute: async args => {
      const pipeline = pipelineOf(args);
      if (pipeline) {
        try {
          await pipeline.cancel();
        } catch (error) {
          notifyRefusal(pipeline, error, trans);
        }
      }
    }
  });

  commands.addCommand(CommandIDs.convertKale, {
    label: trans.__('Convert from Kale'),
    caption: trans.__('Add the marks of Cellift that the marks for Kale stand for'),
    describedBy: { args: { type: 'object', properties: notebookArgument } },
    isEnabled: args => pipelineOf(args)?.convertible ?? false,
    execute: async args => {
      const pipeline = pipelineOf(args);
      try {
        await pipeline?.convert();
      } catch (error) {
        if (pipeline) {
          notifyRefusal(pipeline, error, trans);
        }
      }
    }
  });

  commands.addCommand(CommandIDs.refresh, {
    label: trans.__('Check Pipeline Again'),
    caption: trans.__('Analyse the notebook again'),
    icon: args => (args.isMenu ? undefined : refreshIcon),
    describedBy: { args: { type: 'object', properties: notebookArgument } },
    isEnabled: args => pipelineOf(args) !== null,
    execute: async args => {
      await pipelineOf(args)?.refresh();
    }
  });

  commands.addCommand(CommandIDs.showPipeline, {
    label: trans.__('Show Pipeline'),
    caption: trans.__('Show the steps of this notebook in the sidebar'),
    describedBy: { args: { type: 'object', properties: {} } },
    isVisible: () => sidebar !== null,
    execute: () => sidebar?.reveal(SECTION_ID)
  });

  for (const command of [
    CommandIDs.runPipeline,
    CommandIDs.runToStep,
    CommandIDs.cancelPipeline,
    CommandIDs.refresh,
    CommandIDs.showPipeline
  ]) {
    palette?.addItem({ command, category: trans.__('Cellift') });
  }

  const notify = () => {
    for (const command of [CommandIDs.runPipeline, CommandIDs.runToStep, CommandIDs.cancelPipeline]) {
      commands.notifyCommandChanged(command);
    }
  };
  let followed: IPipeline | null = null;
  const follow = () => {
    followed?.changed.disconnect(notify);
    followed = pipelines.current;
    followed?.changed.connect(notify);
    notify();
  };
  pipelines.currentChanged.connect(follow);
  tracker.activeCellChanged.connect(notify);
  follow();
}

namespace Private {
  /** The pipeline that a command is about. */
  export function pipelineOf(
    args: ReadonlyPartialJSONObject,
    tracker: INotebookTracker,
    pipelines: IPipelines
  ): IPipeline | null {
    if (typeof args.notebook !== 'string') {
      return pipelines.current;
    }
    const panel = tracker.find(widget => widget.id === args.notebook);
    return panel ? pipelines.get(panel) : null;
  }

  /** The step that a command is about: the one named, else that of the active cell. */
  export function stepOf(
    pipeline: IPipeline | null,
    args: ReadonlyPartialJSONObject
  ): { id: string; name: string } | null {
    if (!pipeline) {
      return null;
    }
    if (typeof args.step === 'string') {
      return pipeline.steps.find(step => step.id === args.step) ?? null;
    }
    const cell = pipeline.panel.content.activeCell;
    if (!cell) {
      return null;
    }
    const role = pipeline.graph?.cells.find(other => other.cell === cell.model.id);
    const step = role?.role === 'step' ? role.step : null;
    return (
      pipeline.steps.find(other => other.cells.includes(cell.model.id)) ??
      pipeline.steps.find(other => step !== null && (other.id === step || other.name === step)) ??
      pipeline.steps.find(other => other.name === readMark(cell.model.sharedModel).step) ??
      null
    );
  }

  /** Whether the notebook has a step, also before it has been analysed. */
  export function hasSteps(pipeline: IPipeline): boolean {
    return pipeline.steps.length > 0 || anyStep(pipeline.panel.content.model?.sharedModel.cells ?? []);
  }
}
