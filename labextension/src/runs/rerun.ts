import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookContent } from '@jupyterlab/nbformat';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { ICellift, IRun } from '../tokens';

/**
 * Starts the run's notebook, as it is now, with the parameters of that run.
 *
 * An open notebook counts as it is in the editor, saved or not.
 */
export async function rerun(options: {
  app: JupyterFrontEnd;
  client: ICellift;
  notebooks: INotebookTracker | null;
  id: string;
}): Promise<IRun> {
  const { app, client, notebooks, id } = options;
  const run = await client.get(id);
  const path = run.source.path;
  if (path === null) {
    throw new Error(
      `The notebook of this run (${run.source.notebook ?? 'unknown'}) is not below this server's folder.`
    );
  }
  const open = notebooks?.find(panel => panel.context.path === path);
  const content = open?.content.model
    ? (open.content.model.toJSON() as INotebookContent)
    : ((await app.serviceManager.contents.get(path, { type: 'notebook' })).content as INotebookContent);
  return client.start({ path, content, params: run.params });
}
