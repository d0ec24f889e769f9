import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- needed at once
import { CelliftClient } from '../client/client';
import { handshake } from '../client/handshake';
import { ICellift } from '../tokens';

/** Provides REST and events of the server extension. */
const plugin: JupyterFrontEndPlugin<ICellift> = {
  id: '@cellift/labextension:client',
  description: 'Provides REST and events of the Cellift server extension.',
  autoStart: true,
  provides: ICellift,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null): ICellift => {
    const { serverSettings, events } = app.serviceManager;
    const client = new CelliftClient({ serverSettings, events });
    void handshake(client, (translator ?? nullTranslator).load('cellift'));
    return client;
  }
};

export default plugin;
