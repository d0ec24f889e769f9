import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
// The card itself is loaded with the first one.
import { RUN_MIME, RunCard } from '../card/renderer';
import { runActions } from '../runs/actions';
import { ICellift } from '../tokens';

/** Shows a run that a kernel displays as a live card. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: '@cellift/labextension:card',
  description: 'Shows a run that a kernel displays as a live card in the output.',
  autoStart: true,
  requires: [ICellift, IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    client: ICellift,
    rendermime: IRenderMimeRegistry,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('cellift');
    const actions = runActions(app.commands);
    rendermime.addFactory({
      safe: true,
      mimeTypes: [RUN_MIME],
      // Before the text/html that stands beside it for other front ends.
      defaultRank: 0,
      createRenderer: () => new RunCard({ client, trans, actions })
    });
  }
};

export default plugin;
