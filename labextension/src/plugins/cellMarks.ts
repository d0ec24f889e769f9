import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
/* eslint-disable jupyter/prefer-lazy-imports -- all of it is needed by the first notebook */
import { CellMarks } from '../cells/cellmarks';
import { addCellCommands } from '../cells/commands';
import { Squiggles } from '../cells/squiggles';
/* eslint-enable jupyter/prefer-lazy-imports */
import { IPipelines } from '../pipeline/tokens';

/** Shows on each cell what it is in the pipeline, and lets it be changed there. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: '@cellift/labextension:cell-marks',
  description: 'Marks cells as steps, and shows steps, findings and last runs on the cells.',
  autoStart: true,
  requires: [IPipelines, INotebookTracker],
  optional: [IEditorExtensionRegistry, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    pipelines: IPipelines,
    tracker: INotebookTracker,
    editors: IEditorExtensionRegistry | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('cellift');
    const { commands } = app;
    const squiggles = new Squiggles();
    const marks = new Map<NotebookPanel, CellMarks>();

    editors?.addExtension({
      name: 'cellift:squiggles',
      factory: options =>
        EditorExtensionRegistry.createImmutableExtension(squiggles.extension(options.model.sharedModel))
    });

    const add = (panel: NotebookPanel) => {
      if (marks.has(panel)) {
        return;
      }
      marks.set(panel, new CellMarks({ panel, pipeline: pipelines.get(panel), squiggles, commands, trans }));
      panel.disposed.connect(() => {
        marks.get(panel)?.dispose();
        marks.delete(panel);
      });
    };
    tracker.widgetAdded.connect((_, panel) => add(panel));
    tracker.forEach(add);

    addCellCommands({ commands, tracker, palette, trans, marksOf: panel => marks.get(panel) ?? null });
  }
};

export default plugin;
