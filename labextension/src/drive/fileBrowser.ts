import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import type { FileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { DirListing, Uploader } from '@jupyterlab/filebrowser';
import type { Contents } from '@jupyterlab/services';
import type { ITranslator } from '@jupyterlab/translation';
import { newFolderIcon, refreshIcon, ToolbarButton } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { MessageLoop } from '@lumino/messaging';
import { TabPanel } from '@lumino/widgets';
import { bucketIcon } from '../data/icons';
import { DRIVE } from './paths';

/** The widget's id; JupyterLab remembers under it where one was. */
const ID = 'cellift-drive-browser';

/** How often the folder that is shown is listed again, in milliseconds: every time is a request to the store. */
const REFRESH_INTERVAL = 300_000;

/** Rows as JupyterLab draws them, but without a time where the store knows none: it would say "now". */
class Renderer extends DirListing.Renderer {
  override updateItemModified(
    element: HTMLElement,
    date: string,
    style: Parameters<DirListing.Renderer['updateItemModified']>[2]
  ): void {
    if (date) {
      super.updateItemModified(element, date, style);
    } else {
      element.textContent = '';
      element.title = '';
    }
  }
}

/** JupyterLab's own file browser over the drive. */
export function driveBrowser(
  factory: IFileBrowserFactory,
  contents: Contents.IManager,
  translator: ITranslator
): FileBrowser {
  const trans = translator.load('cellift');
  const browser = factory.createFileBrowser(ID, {
    driveName: DRIVE,
    auto: false,
    refreshInterval: REFRESH_INTERVAL,
    renderer: new Renderer()
  });
  browser.title.icon = bucketIcon;
  browser.title.caption = trans.__('Buckets');
  browser.node.setAttribute('role', 'region');
  browser.node.setAttribute('aria-label', trans.__('File browser of buckets'));
  browser.node.dataset.testid = 'cellift-drive';
  const { model, toolbar } = browser;
  const button = (name: string, options: ConstructorParameters<typeof ToolbarButton>[0]) =>
    toolbar.addItem(name, new ToolbarButton(options));
  button('new-folder', {
    icon: newFolderIcon,
    tooltip: trans.__('New Folder'),
    onClick: () => void browser.createNewDirectory()
  });
  toolbar.addItem('upload', new Uploader({ model, translator }));
  button('refresh', { icon: refreshIcon, tooltip: trans.__('Refresh'), onClick: () => void model.refresh() });
  // JupyterLab's model does not know the paths of other drives as its own when they change.
  contents.fileChanged.connect((_, { oldValue, newValue }) => {
    const changed = [oldValue?.path, newValue?.path].filter(path => path !== undefined);
    if (changed.some(path => PathExt.dirname(path) === model.path)) {
      void model.refresh();
    }
  });
  // Nothing is asked of a store before somebody looks.
  let hasBegun = false;
  MessageLoop.installMessageHook(browser, (_, message: Message) => {
    if (!hasBegun && ['after-show', 'after-attach'].includes(message.type) && browser.isVisible) {
      hasBegun = true;
      void model.restore(ID).then(() => model.refresh());
    }
    return true;
  });
  return browser;
}

/** Puts the file browser beside the one of the server's own files: a tab of Notebook 7's tree, or of the left area. */
export function placeBrowser(browser: FileBrowser, shell: JupyterFrontEnd.IShell, isTreePage: boolean): void {
  if (!isTreePage) {
    shell.add(browser, 'left', { rank: 105, type: 'File Browser' });
    return;
  }
  // Notebook 7 keeps its files in a panel of tabs.
  const tabs = [...shell.widgets('main')].find(widget => widget instanceof TabPanel);
  if (tabs instanceof TabPanel) {
    browser.title.label = browser.title.caption;
    tabs.addWidget(browser);
  }
}
