import type { ICommandPalette } from '@jupyterlab/apputils';
import type { Cell, ICodeCellModel } from '@jupyterlab/cells';
import { isCodeCellModel } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { CommandIDs } from '../pipeline/commandids';
import { stepIcon } from '../pipeline/icons';
import type { CellMarks } from './cellmarks';
import { markParameters, markSkipped, readMark, unmark } from './marks';

/** Adds the commands that say what a cell is in the pipeline: the active cell unless arguments name another. */
export function addCellCommands(options: {
  commands: CommandRegistry;
  tracker: INotebookTracker;
  marksOf: (panel: NotebookPanel) => CellMarks | null;
  palette: ICommandPalette | null;
  trans: TranslationBundle;
}): void {
  const { commands, tracker, marksOf, palette, trans } = options;
  const placeOf = (args: ReadonlyPartialJSONObject) => Private.placeOf(args, tracker);
  const kindOf = (args: ReadonlyPartialJSONObject) => {
    const place = placeOf(args);
    return place ? readMark(place.model.sharedModel).kind : null;
  };
  const describedBy = {
    args: {
      type: 'object',
      properties: {
        notebook: { type: 'string', description: trans.__('Id of the notebook panel; the one in front when left out') },
        cell: { type: 'string', description: trans.__('Id of the cell; the active one when left out') }
      }
    }
  } as const;
  const openForm = async (args: ReadonlyPartialJSONObject) => {
    const place = placeOf(args);
    if (place) {
      await marksOf(place.panel)?.edit(place.cell);
    }
  };

  commands.addCommand(CommandIDs.markStep, {
    label: args => (args.toolbar ? '' : trans.__('Mark Cell as Step')),
    caption: args =>
      kindOf(args) === 'step'
        ? trans.__('Rename this step, or make it an ordinary cell')
        : trans.__('Make this cell a step of the pipeline'),
    icon: args => (args.isMenu ? undefined : stepIcon),
    describedBy: {
      args: {
        ...describedBy.args,
        properties: {
          ...describedBy.args.properties,
          nearest: {
            type: 'boolean',
            description: trans.__('Take the next code cell where the active cell is not a code cell')
          },
          toolbar: { type: 'boolean', description: trans.__('Show the icon only') }
        }
      }
    },
    isEnabled: args => placeOf(args) !== null,
    isVisible: args => !args.toolbar || placeOf(args) !== null,
    isToggled: args => kindOf(args) === 'step',
    isToggleable: true,
    execute: openForm
  });

  commands.addCommand(CommandIDs.renameStep, {
    label: trans.__('Rename Step'),
    caption: trans.__('Give the step of this cell another name'),
    describedBy,
    isEnabled: args => kindOf(args) === 'step',
    execute: openForm
  });

  commands.addCommand(CommandIDs.unmarkStep, {
    label: trans.__('Unmark Step'),
    caption: trans.__('Make this step an ordinary cell; it then belongs to the step before it'),
    describedBy,
    isEnabled: args => kindOf(args) === 'step',
    execute: args => {
      const place = placeOf(args);
      if (place) {
        unmark(place.model.sharedModel);
      }
    }
  });

  commands.addCommand(CommandIDs.skipCell, {
    label: trans.__('Leave Cell out of the Pipeline'),
    caption: trans.__('Keep this cell for the notebook alone, or take it into the pipeline again'),
    describedBy,
    isEnabled: args => placeOf(args) !== null,
    isToggled: args => kindOf(args) === 'skip',
    isToggleable: true,
    execute: args => {
      const place = placeOf(args);
      if (place) {
        (kindOf(args) === 'skip' ? unmark : markSkipped)(place.model.sharedModel);
      }
    }
  });

  commands.addCommand(CommandIDs.markParameters, {
    label: trans.__('Parameters of the Pipeline'),
    caption: trans.__('Make the values of this cell the parameters of the pipeline, or an ordinary cell again'),
    describedBy,
    isEnabled: args => placeOf(args) !== null,
    isToggled: args => kindOf(args) === 'parameters',
    isToggleable: true,
    execute: args => {
      const place = placeOf(args);
      if (place) {
        (kindOf(args) === 'parameters' ? unmark : markParameters)(place.model.sharedModel);
      }
    }
  });

  const all = [
    CommandIDs.markStep,
    CommandIDs.renameStep,
    CommandIDs.unmarkStep,
    CommandIDs.skipCell,
    CommandIDs.markParameters
  ];
  for (const command of all) {
    palette?.addItem({ command, category: trans.__('Cellift') });
  }
  tracker.activeCellChanged.connect(() => all.forEach(command => commands.notifyCommandChanged(command)));
}

namespace Private {
  /** The code cell that a command is about. */
  export function placeOf(
    args: ReadonlyPartialJSONObject,
    tracker: INotebookTracker
  ): { panel: NotebookPanel; cell: Cell; model: ICodeCellModel } | null {
    const panel =
      typeof args.notebook === 'string' ? tracker.find(widget => widget.id === args.notebook) : tracker.currentWidget;
    if (!panel) {
      return null;
    }
    const { widgets, activeCell, activeCellIndex } = panel.content;
    let cell: Cell | null | undefined = activeCell;
    if (typeof args.cell === 'string') {
      cell = widgets.find(widget => widget.model.id === args.cell);
    } else if (args.nearest) {
      const code = widgets.filter(widget => isCodeCellModel(widget.model));
      cell = code.find(widget => widgets.indexOf(widget) >= activeCellIndex) ?? code.pop();
    }
    return cell && !cell.isDisposed && isCodeCellModel(cell.model) ? { panel, cell, model: cell.model } : null;
  }
}
