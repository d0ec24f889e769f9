import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** Commands about runs. */
export namespace CommandIDs {
  export const openRun = 'cellift:open-run';
  export const cancelRun = 'cellift:cancel-run';
  export const removeRun = 'cellift:remove-run';
  export const rerun = 'cellift:rerun';
  export const openCell = 'cellift:open-cell';
  export const openNotebook = 'cellift:open-notebook';
  export const refreshRuns = 'cellift:refresh-runs';
}

/** What can be done with a run; the buttons call these, and these call the commands. */
export interface IRunActions {
  open(id: string): void;
  cancel(id: string): void;
  /** Removes without asking: the component has asked. */
  remove(id: string): void;
  /** Starts the notebook of the run again with the same parameters. */
  rerun(id: string): void;
  openCell(path: string, cell: string, line: number | null): void;
  openNotebook(path: string): void;
}

/** The actions of the components: each is a command. */
export function runActions(commands: CommandRegistry): IRunActions {
  const execute = (id: string, args: ReadonlyPartialJSONObject) => {
    void commands.execute(id, args);
  };
  return {
    open: id => execute(CommandIDs.openRun, { id }),
    cancel: id => execute(CommandIDs.cancelRun, { id }),
    remove: id => execute(CommandIDs.removeRun, { id, confirmed: true }),
    rerun: id => execute(CommandIDs.rerun, { id }),
    openCell: (path, cell, line) => execute(CommandIDs.openCell, line === null ? { path, cell } : { path, cell, line }),
    openNotebook: path => execute(CommandIDs.openNotebook, { path })
  };
}
