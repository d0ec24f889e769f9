import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, ICommandPalette, Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
// What is needed at once: the section restores where one was.
/* eslint-disable jupyter/prefer-lazy-imports */
import { DataActions } from '../data/actions';
import { DataBrowser } from '../data/browser';
import { DataClient } from '../data/client';
import { addDataCommands, CommandIDs, CONTEXT_ITEMS } from '../data/commands';
import { EndpointModel } from '../data/endpoint/endpointModel';
import { Memory } from '../data/memory';
import { InsertCode, insertIntoNotebook } from '../data/preview/insertCode';
import { PreviewPane } from '../data/preview/previewPane';
import { DataSection } from '../data/section';
import { chosenFiles } from '../data/transfers/droppedFiles';
import { TransfersModel } from '../data/transfers/transfersModel';
import { Uploads } from '../data/transfers/uploads';
import { DRIVE, isNameable } from '../drive/paths';
/* eslint-enable jupyter/prefer-lazy-imports */
import { CommandIDs as RunCommandIDs } from '../runs/actions';
import { ISidebar } from '../tokens';

/** Command of the document manager. */
const OPEN_DOCUMENT = 'docmanager:open';

/** Shows connections, buckets and objects: the sidebar's section "Data", its commands and its transfers. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: '@cellift/labextension:data',
  description: 'Shows connections, buckets and objects: list, transfers, details.',
  autoStart: true,
  requires: [ISidebar],
  optional: [IStateDB, ICommandPalette, INotebookTracker, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    sidebar: ISidebar,
    state: IStateDB | null,
    palette: ICommandPalette | null,
    notebooks: INotebookTracker | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('cellift');
    const { commands, contextMenu, serviceManager } = app;
    const client = new DataClient({ serverSettings: serviceManager.serverSettings });
    const browser = new DataBrowser({ client, memory: new Memory(state) });
    const transfers = new TransfersModel({ client });
    const uploads = new Uploads({ client, trans });
    const copyText = (text: string) => Clipboard.copyToSystem(text);
    const endpoint = new EndpointModel({ client, copyText });
    const actions = new DataActions({ client, browser, transfers, uploads, trans, copyText });

    const canOpen = () =>
      commands.hasCommand(OPEN_DOCUMENT) && serviceManager.contents.driveName(`${DRIVE}:`) === DRIVE;
    const open = (name: string) => {
      const here = browser.here;
      if (here && canOpen()) {
        if (!isNameable(here.key + name)) {
          actions.say(trans.__('No path can name this key, so it cannot be opened as a document. Download it.'), true);
          return;
        }
        const path = `${DRIVE}:${here.connection}/${here.bucket}/${here.key}${name}`;
        void commands.execute(OPEN_DOCUMENT, { path });
      }
    };
    addDataCommands({
      commands,
      actions,
      client,
      endpoint,
      trans,
      reveal: () => sidebar.reveal('cellift-data'),
      open,
      canOpen,
      chooseFiles: folder => {
        const input = document.createElement('input');
        input.type = 'file';
        input.multiple = true;
        input.webkitdirectory = folder;
        const to = browser.here;
        input.onchange = () => actions.upload(chosenFiles(input.files ?? []), to);
        input.click();
      },
      download: url => {
        const link = document.createElement('a');
        link.href = url;
        link.download = '';
        document.body.appendChild(link);
        link.click();
        link.remove();
      }
    });
    const tell = () => Object.values(CommandIDs).forEach(id => commands.notifyCommandChanged(id));
    browser.changed.connect(tell);
    actions.changed.connect(tell);
    endpoint.changed.connect(tell);

    CONTEXT_ITEMS.forEach((command, rank) => {
      const selector = '.cl-DataList';
      contextMenu.addItem(command ? { command, selector, rank } : { type: 'separator', selector, rank });
    });
    sidebar.addSection({
      id: 'cellift-data',
      title: trans.__('Data'),
      rank: 30,
      share: 1.5,
      widget: new DataSection({
        actions,
        client,
        endpoint,
        trans,
        commands,
        onOpen: open,
        renderPreview: place => React.createElement(PreviewPane, { client, place, trans }),
        renderActions: place =>
          React.createElement(InsertCode, {
            client,
            place,
            trans,
            insert: code => insertIntoNotebook(notebooks, code),
            copy: copyText
          }),
        onOpenRun: id => {
          void commands.execute(RunCommandIDs.openRun, { id });
        }
      })
    });
    actions.removed.connect((_, transfer) => {
      Notification.success(transfer.title, {
        actions: [
          {
            label: trans.__('Undo'),
            caption: trans.__('Bring back what was deleted'),
            callback: () => {
              void actions.undo(transfer.id);
            }
          }
        ],
        autoClose: 20_000
      });
    });
    const { show, addConnection, startEndpoint, stopEndpoint } = CommandIDs;
    for (const command of [show, addConnection, startEndpoint, stopEndpoint]) {
      palette?.addItem({ command, category: trans.__('Cellift') });
    }
  }
};

export default plugin;
