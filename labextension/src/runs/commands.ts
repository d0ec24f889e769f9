import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { fileIcon, refreshIcon, runIcon, stopIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { celliftIcon } from '../icons';
import { isActive } from '../states/states';
import type { ICellift, IRunSummary } from '../tokens';
import { CommandIDs } from './actions';
import { openCell, openNotebook } from './openCell';
import { rerun } from './rerun';
import type { RunsModel } from './runsModel';

/** What the commands need. */
export interface IRunCommandOptions {
  app: JupyterFrontEnd;
  client: ICellift;
  model: RunsModel;
  notebooks: INotebookTracker | null;
  trans: TranslationBundle;
  /** Shows the page of a run. */
  show: (id: string) => Promise<void>;
  /** A run was removed: its page has nothing to show any more. */
  removed: (id: string) => void;
}

/** Adds the commands about runs. */
export function addRunCommands(options: IRunCommandOptions): void {
  const { app, client, model, notebooks, trans } = options;
  const { commands } = app;

  /** The run that is meant: by id, by what was clicked with the right button, or by being the only sensible one. */
  const target = (args: ReadonlyPartialJSONObject, fallback: () => IRunSummary | undefined): string | undefined => {
    if (typeof args.id === 'string') {
      return args.id;
    }
    if (args.clicked) {
      return app.contextMenuHitTest(node => node.dataset.runId !== undefined)?.dataset.runId;
    }
    return fallback()?.id;
  };
  const latest = () => [...model.runs].sort((a, b) => b.created.localeCompare(a.created))[0];
  const onlyActive = () => (model.active.length === 1 ? model.active[0] : undefined);
  const none = () => undefined;
  const state = (id: string | undefined) => (id === undefined ? undefined : model.find(id)?.state);
  const failed = (reason: unknown) => {
    Notification.error(reason instanceof Error ? reason.message : String(reason), { autoClose: 10_000 });
  };

  const runArgs = {
    type: 'object' as const,
    properties: {
      id: { type: 'string' as const, description: trans.__('Id of the run') },
      clicked: { type: 'boolean' as const, description: trans.__('Whether the run is the one under the context menu') }
    }
  };

  commands.addCommand(CommandIDs.openRun, {
    label: args => (args.id || args.clicked ? trans.__('Open Run') : trans.__('Open Latest Run')),
    caption: trans.__('Show the steps, logs, results and errors of a run'),
    icon: celliftIcon,
    describedBy: { args: runArgs },
    isEnabled: args => target(args, latest) !== undefined,
    execute: async args => {
      const id = target(args, latest);
      if (id !== undefined) {
        await options.show(id);
      }
    }
  });

  commands.addCommand(CommandIDs.cancelRun, {
    label: trans.__('Stop Run'),
    caption: trans.__('End a run early; steps that are done stay recorded'),
    icon: stopIcon,
    describedBy: { args: runArgs },
    isEnabled: args => {
      const id = target(args, onlyActive);
      const now = state(id);
      return id !== undefined && (now === undefined || (isActive(now) && now !== 'CANCELLING'));
    },
    execute: async args => {
      const id = target(args, onlyActive);
      if (id !== undefined) {
        await model.cancel(id).catch(failed);
      }
    }
  });

  commands.addCommand(CommandIDs.removeRun, {
    label: trans.__('Delete Run…'),
    caption: trans.__('Delete a run, its logs and values'),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          ...runArgs.properties,
          confirmed: { type: 'boolean', description: trans.__('Whether the user was asked already') }
        }
      }
    },
    isEnabled: args => {
      const id = target(args, none);
      const now = state(id);
      return id !== undefined && (now === undefined || !isActive(now));
    },
    execute: async args => {
      const id = target(args, none);
      if (id === undefined || !(args.confirmed || (await confirmRemoval(model.find(id)?.name ?? id, trans)))) {
        return;
      }
      try {
        await model.remove(id);
        options.removed(id);
      } catch (reason) {
        failed(reason);
      }
    }
  });

  commands.addCommand(CommandIDs.rerun, {
    label: trans.__('Run Again'),
    caption: trans.__('Run the notebook of a run as it is now, with the parameters of that run'),
    icon: runIcon,
    describedBy: { args: runArgs },
    isEnabled: args => {
      const id = target(args, latest);
      return id !== undefined && model.find(id)?.source.path !== null;
    },
    execute: async args => {
      const id = target(args, latest);
      if (id === undefined) {
        return;
      }
      try {
        const run = await rerun({ app, client, notebooks, id });
        await options.show(run.id);
      } catch (reason) {
        failed(reason);
      }
    }
  });

  commands.addCommand(CommandIDs.openCell, {
    label: trans.__('Go to Cell'),
    caption: trans.__('Open a notebook at a cell and line'),
    describedBy: {
      args: {
        type: 'object',
        required: ['path', 'cell'],
        properties: {
          path: { type: 'string', description: trans.__('Path of the notebook') },
          cell: { type: 'string', description: trans.__('Id of the cell') },
          line: { type: 'number', description: trans.__('Line in the cell; the first is 1') }
        }
      }
    },
    isEnabled: args => typeof args.path === 'string' && typeof args.cell === 'string',
    execute: args =>
      openCell({
        app,
        notebooks,
        path: args.path as string,
        cell: args.cell as string,
        line: typeof args.line === 'number' ? args.line : null,
        trans
      }).catch(failed)
  });

  commands.addCommand(CommandIDs.openNotebook, {
    label: trans.__('Open Notebook of Run'),
    caption: trans.__('Open the notebook that a run was made of'),
    icon: fileIcon,
    describedBy: {
      args: {
        type: 'object',
        properties: { ...runArgs.properties, path: { type: 'string', description: trans.__('Path of the notebook') } }
      }
    },
    isEnabled: args => Private.notebookPath(args, model, target) !== null,
    execute: async args => {
      const path = Private.notebookPath(args, model, target);
      if (path !== null) {
        await openNotebook(app, notebooks, path).catch(failed);
      }
    }
  });

  commands.addCommand(CommandIDs.refreshRuns, {
    label: trans.__('Refresh Runs'),
    caption: trans.__('Fetch the runs again'),
    icon: refreshIcon,
    describedBy: { args: { type: 'object', properties: {} } },
    execute: () => model.refresh()
  });

  model.changed.connect(() => {
    for (const id of [CommandIDs.openRun, CommandIDs.cancelRun, CommandIDs.rerun]) {
      commands.notifyCommandChanged(id);
    }
  }, model);
}

/** Asks before the run is deleted, where there is no room to ask in place (context menu). */
async function confirmRemoval(name: string, trans: TranslationBundle): Promise<boolean> {
  const answer = await showDialog({
    title: trans.__('Delete run %1?', name),
    body: trans.__('The run, its logs and its values are deleted. This cannot be undone.'),
    buttons: [Dialog.cancelButton({ label: trans.__('Keep') }), Dialog.warnButton({ label: trans.__('Delete') })]
  });
  return answer.button.accept;
}

namespace Private {
  export function notebookPath(
    args: ReadonlyPartialJSONObject,
    model: RunsModel,
    target: (args: ReadonlyPartialJSONObject, fallback: () => undefined) => string | undefined
  ): string | null {
    if (typeof args.path === 'string') {
      return args.path;
    }
    const id = target(args, () => undefined);
    return (id === undefined ? null : model.find(id)?.source.path) ?? null;
  }
}
