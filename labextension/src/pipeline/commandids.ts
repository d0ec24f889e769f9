/** Ids of the commands about the pipeline and its cells; menus, buttons and tests all go through them. */
export namespace CommandIDs {
  export const runPipeline = 'cellift:run-pipeline';
  export const runToStep = 'cellift:run-to-step';
  export const cancelPipeline = 'cellift:cancel-pipeline';
  export const refresh = 'cellift:refresh-pipeline';
  export const showPipeline = 'cellift:show-pipeline';
  export const convertKale = 'cellift:convert-kale';
  export const markStep = 'cellift:mark-step';
  export const renameStep = 'cellift:rename-step';
  export const unmarkStep = 'cellift:unmark-step';
  export const skipCell = 'cellift:skip-cell';
  /** Of the plugin for runs. */
  export const openRun = 'cellift:open-run';
  export const markParameters = 'cellift:mark-parameters';
}
