import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { MainAreaWidget } from '@jupyterlab/apputils';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
// What is needed at once; the page of a run is loaded when one is opened.
/* eslint-disable jupyter/prefer-lazy-imports */
import { RunAnnouncer } from '../runs/announcer';
import { CommandIDs, runActions } from '../runs/actions';
import { addRunCommands } from '../runs/commands';
import { runningRuns } from '../runs/runningRuns';
import type { RunPanel } from '../runs/runPanel';
import { RunsModel } from '../runs/runsModel';
import { RunsSection } from '../runs/runsSection';
import { RunsStatus } from '../runs/statusItem';
/* eslint-enable jupyter/prefer-lazy-imports */
import { ICellift, ISidebar } from '../tokens';

/** Shows runs: the sidebar's section, a page per run, notifications, the Running panel and the status bar. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: '@cellift/labextension:runs',
  description: 'Shows the runs of pipelines: list, page, notifications, Running panel, status bar.',
  autoStart: true,
  requires: [ICellift, ISidebar],
  optional: [
    INotebookTracker,
    ICommandPalette,
    ILayoutRestorer,
    ILabShell,
    IRunningSessionManagers,
    IStatusBar,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    client: ICellift,
    sidebar: ISidebar,
    notebooks: INotebookTracker | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    labShell: ILabShell | null,
    running: IRunningSessionManagers | null,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('cellift');
    const { commands, shell } = app;
    const model = new RunsModel({ client });
    const actions = runActions(commands);
    const tracker = new WidgetTracker<MainAreaWidget<RunPanel>>({ namespace: 'cellift-runs' });

    const show = async (id: string) => {
      const { RunPanel } = await import('../runs/runPanel');
      const { RunModel } = await import('../runs/runModel');
      let widget = tracker.find(each => each.content.model.id === id);
      if (!widget) {
        if (!labShell) {
          // The main area of Notebook 7 holds the notebook alone; its right area shows one page at a time.
          tracker.forEach(each => each.dispose());
        }
        widget = RunPanel.mainArea(new RunPanel({ model: new RunModel({ client, id }), trans, actions }));
        shell.add(widget, labShell ? 'main' : 'right');
        await tracker.add(widget);
      }
      shell.activateById(widget.id);
    };

    addRunCommands({
      app,
      client,
      model,
      notebooks,
      trans,
      show,
      removed: id => {
        const widget = tracker.find(each => each.content.model.id === id);
        widget?.dispose();
        if (widget && !labShell) {
          (shell as JupyterFrontEnd.IShell & { collapse?: (area: string) => void }).collapse?.('right');
        }
      }
    });
    sidebar.addSection({
      id: 'cellift-runs',
      title: trans.__('Runs'),
      widget: new RunsSection({ model, trans, actions, commands }),
      rank: 20
    });
    new RunAnnouncer({ model, trans, open: actions.open });
    running?.add(runningRuns(model, actions, trans));
    statusBar?.registerStatusItem('@cellift/labextension:runs', {
      item: new RunsStatus({ model, trans, open: () => sidebar.reveal('cellift-runs') }),
      align: 'left',
      rank: 20,
      isActive: () => model.active.length > 0,
      activeStateChanged: model.changed
    });
    for (const command of [CommandIDs.openRun, CommandIDs.cancelRun, CommandIDs.rerun, CommandIDs.refreshRuns]) {
      palette?.addItem({ command, category: trans.__('Cellift') });
    }
    if (restorer) {
      void restorer.restore(tracker, {
        command: CommandIDs.openRun,
        args: widget => ({ id: widget.content.model.id }),
        name: widget => widget.content.model.id
      });
    }
  }
};

export default plugin;
