import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
// What is needed at once: a document of the drive may be open from the beginning.
/* eslint-disable jupyter/prefer-lazy-imports */
import { DataClient } from '../data/client';
import { CommandIDs as DataCommandIDs } from '../data/commands';
import { Deletion } from '../drive/deletion';
import { CelliftDrive } from '../drive/drive';
import { driveBrowser, placeBrowser } from '../drive/fileBrowser';
/* eslint-enable jupyter/prefer-lazy-imports */

/** Command that shows a folder of the drive; `path`: `connection/bucket/folder`. */
const SHOW = DataCommandIDs.showInFiles;

/** Objects as documents: `cellift:connection/bucket/key`, and a file browser of them, in JupyterLab and Notebook 7. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: '@cellift/labextension:drive',
  description: 'Opens, edits and saves objects as documents, and shows buckets in a file browser.',
  autoStart: true,
  optional: [IFileBrowserFactory, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    factory: IFileBrowserFactory | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const { commands, serviceManager, shell } = app;
    const { serverSettings, contents } = serviceManager;
    const trans = (translator ?? nullTranslator).load('cellift');
    const deletion = new Deletion(trans);
    const drive = new CelliftDrive({
      client: new DataClient({ serverSettings }),
      serverSettings,
      trans,
      mayDelete: name => deletion.isAllowed(name)
    });
    contents.addDrive(drive);

    const told = new Set<string>();
    drive.incomplete.connect((_, { location, hidden, more, shown }) => {
      const key = JSON.stringify(location);
      if (told.has(key)) {
        return;
      }
      told.add(key);
      const where = `${location.connection}/${location.bucket}/${location.prefix}`;
      const message = more
        ? trans.__('The first %1 entries of %2 are shown here.', shown.toLocaleString(), where)
        : trans.__('%1 keys in %2 are not shown here: no path can name them.', hidden.toLocaleString(), where);
      Notification.info(message, {
        autoClose: 10_000,
        actions: commands.hasCommand(DataCommandIDs.show)
          ? [
              {
                label: trans.__('Show All in Data'),
                callback: () => void commands.execute(DataCommandIDs.show, { ...location })
              }
            ]
          : []
      });
    });

    const page = PageConfig.getOption('notebookPage');
    // Notebook 7 has pages of one document, which have no place for a file browser.
    if (!factory || (page && page !== 'tree')) {
      return;
    }
    const browser = driveBrowser(factory, contents, translator ?? nullTranslator);
    if (page) {
      void app.restored.then(() => placeBrowser(browser, shell, true));
    } else {
      placeBrowser(browser, shell, false);
      restorer?.add(browser, browser.id);
    }
    commands.addCommand(SHOW, {
      label: trans.__('Show in the File Browser'),
      describedBy: {
        args: {
          type: 'object',
          properties: { path: { type: 'string', description: 'connection/bucket/folder' } }
        }
      },
      execute: async args => {
        shell.activateById(browser.id);
        await browser.model.cd(`/${typeof args.path === 'string' ? args.path : ''}`);
      }
    });
  }
};

export default plugin;
