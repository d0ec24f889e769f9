import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  addIcon,
  copyIcon,
  cutIcon,
  deleteIcon,
  downloadIcon,
  editIcon,
  fileUploadIcon,
  linkIcon,
  newFolderIcon,
  pasteIcon,
  refreshIcon
} from '@jupyterlab/ui-components';
import type { DataActions } from './actions';
import type { DataClient } from './client';
import type { EndpointModel } from './endpoint/endpointModel';
import { starIcon } from './icons';
import type { ILocation } from './places';
import { isFolder, isSame, s3Uri } from './places';

/** Commands about data. */
export namespace CommandIDs {
  export const show = 'cellift:show-data';
  export const go = 'cellift:data-go';
  export const refresh = 'cellift:data-refresh';
  export const open = 'cellift:data-open';
  export const showInFiles = 'cellift:drive-show';
  export const showHereInFiles = 'cellift:data-show-in-files';
  export const newBucket = 'cellift:data-new-bucket';
  export const newFolder = 'cellift:data-new-folder';
  export const upload = 'cellift:data-upload';
  export const uploadFolder = 'cellift:data-upload-folder';
  export const download = 'cellift:data-download';
  export const exportTo = 'cellift:data-export';
  export const copy = 'cellift:data-copy';
  export const cut = 'cellift:data-cut';
  export const paste = 'cellift:data-paste';
  export const rename = 'cellift:data-rename';
  export const remove = 'cellift:data-delete';
  export const copyUri = 'cellift:data-copy-uri';
  export const copyS3Uri = 'cellift:data-copy-s3-uri';
  export const share = 'cellift:data-share';
  export const size = 'cellift:data-size';
  export const favourite = 'cellift:data-favourite';
  export const addConnection = 'cellift:data-add-connection';
  export const editConnection = 'cellift:data-edit-connection';
  export const removeConnection = 'cellift:data-remove-connection';
  export const startEndpoint = 'cellift:data-start-endpoint';
  export const stopEndpoint = 'cellift:data-stop-endpoint';
}

/** Adds the commands of the section; the buttons, the menus and the palette use these. */
export function addDataCommands(options: IOptions): void {
  const { commands, actions, client, trans } = options;
  const { browser } = actions;
  const noArgs: { args: ReadonlyJSONObject } = { args: { type: 'object', properties: {} } };
  const add = (
    id: string,
    label: CommandRegistry.CommandFunc<string> | string,
    execute: (args: ReadonlyPartialJSONObject) => unknown,
    more: Partial<CommandRegistry.ICommandOptions> = {}
  ) => commands.addCommand(id, { label, describedBy: noArgs, execute, ...more });

  const writable = () => !browser.isReadOnly;
  const inBucket = () => browser.here !== null;
  const some = () => browser.selection.size > 0;
  const objects = () => some() && inBucket();
  const single = () => browser.selection.only !== -1;
  const singleObject = () => single() && inBucket() && !browser.rows[browser.selection.only]?.folder;
  const hasShare = () => browser.buckets?.features.includes('share') ?? false;

  add(
    CommandIDs.show,
    trans.__('Show Data'),
    async args => {
      options.reveal();
      const location = locationOf(args);
      if (location) {
        await browser.go(location);
      }
    },
    {
      caption: trans.__('Open the section of buckets and objects'),
      describedBy: { args: LOCATION_SCHEMA }
    }
  );
  add(
    CommandIDs.go,
    args => {
      const location = locationOf(args);
      return location ? [location.connection, location.bucket, location.prefix].filter(Boolean).join('/') : '';
    },
    args => {
      const location = locationOf(args);
      return location && browser.go(location);
    },
    { describedBy: { args: LOCATION_SCHEMA } }
  );
  add(CommandIDs.refresh, trans.__('Refresh'), () => browser.fetchConnections().then(() => browser.refresh()), {
    icon: refreshIcon
  });
  add(
    CommandIDs.open,
    trans.__('Open'),
    () => {
      const row = browser.rows[browser.selection.only];
      return row?.folder ? browser.enter(row) : row && options.open(row.name);
    },
    { isEnabled: single, isVisible: () => single() && (!singleObject() || options.canOpen()) }
  );
  add(
    CommandIDs.showHereInFiles,
    trans.__('Show in the File Browser'),
    () => {
      const row = browser.rows[browser.selection.only];
      const here = browser.location;
      const names = [here?.connection, here?.bucket, here?.prefix.replace(/\/$/, ''), row?.folder && row.name];
      return commands.execute(CommandIDs.showInFiles, { path: names.filter(Boolean).join('/') });
    },
    {
      isEnabled: () => browser.location !== null,
      isVisible: () => browser.location !== null && commands.hasCommand(CommandIDs.showInFiles)
    }
  );
  add(CommandIDs.newBucket, trans.__('New Bucket…'), () => actions.ask({ kind: 'bucket' }), {
    icon: addIcon,
    isEnabled: () => writable() && browser.location !== null,
    isVisible: () => !inBucket()
  });
  add(CommandIDs.newFolder, trans.__('New Folder…'), () => actions.ask({ kind: 'folder' }), {
    icon: newFolderIcon,
    isEnabled: () => writable() && inBucket(),
    isVisible: inBucket
  });
  add(CommandIDs.upload, trans.__('Upload Files…'), () => options.chooseFiles(false), {
    icon: fileUploadIcon,
    isEnabled: () => writable() && inBucket()
  });
  add(CommandIDs.uploadFolder, trans.__('Upload a Folder…'), () => options.chooseFiles(true), {
    isEnabled: () => writable() && inBucket()
  });
  add(
    CommandIDs.download,
    trans.__('Download'),
    () => {
      const [place] = browser.chosen;
      if (place) {
        options.download(client.contentUrl(place));
      }
    },
    { icon: downloadIcon, isEnabled: singleObject, isVisible: singleObject }
  );
  add(CommandIDs.exportTo, trans.__('Copy to a Folder of the Server…'), () => actions.askExport(browser.chosen), {
    isEnabled: some,
    isVisible: some
  });
  add(CommandIDs.copy, trans.__('Copy'), () => actions.copy(browser.chosen, false), {
    icon: copyIcon,
    isEnabled: objects,
    isVisible: objects
  });
  add(CommandIDs.cut, trans.__('Cut'), () => actions.copy(browser.chosen, true), {
    icon: cutIcon,
    isEnabled: () => objects() && writable(),
    isVisible: objects
  });
  add(CommandIDs.paste, trans.__('Paste'), () => actions.paste(), {
    icon: pasteIcon,
    isEnabled: () => actions.clipboard !== null && inBucket() && writable(),
    isVisible: inBucket
  });
  add(
    CommandIDs.rename,
    trans.__('Rename…'),
    () => {
      const [place] = browser.chosen;
      if (place) {
        actions.ask({ kind: 'rename', place });
      }
    },
    { icon: editIcon, isEnabled: () => single() && inBucket() && writable(), isVisible: () => single() && inBucket() }
  );
  add(CommandIDs.remove, trans.__('Delete…'), () => actions.askDelete(browser.chosen), {
    icon: deleteIcon,
    isEnabled: () => some() && writable(),
    isVisible: some
  });
  const chosenOrHere = () => (some() ? browser.chosen : browser.here ? [browser.here] : []);
  add(CommandIDs.copyUri, trans.__('Copy URI'), () => actions.copyUri(chosenOrHere(), 'cellift'), {
    icon: linkIcon,
    isEnabled: () => chosenOrHere().length > 0
  });
  add(CommandIDs.copyS3Uri, trans.__('Copy s3:// URI'), () => actions.copyUri(chosenOrHere(), 's3'), {
    isEnabled: () => chosenOrHere().length > 0,
    isVisible: () => chosenOrHere().some(place => s3Uri(place, browser.connection) !== null)
  });
  add(
    CommandIDs.share,
    trans.__('Link That Expires…'),
    () => {
      const [place] = browser.chosen;
      if (place) {
        actions.ask({ kind: 'share', place, link: null });
      }
    },
    { isEnabled: () => singleObject() && hasShare(), isVisible: () => singleObject() && hasShare() }
  );
  add(CommandIDs.size, trans.__('Size of All in It'), () => actions.size(chosenOrHere()), {
    isEnabled: () => chosenOrHere().length > 0,
    isVisible: () => chosenOrHere().some(place => isFolder(place.key))
  });
  add(
    CommandIDs.favourite,
    () => {
      const { location } = browser;
      return location && browser.memory.isFavourite(location)
        ? trans.__('Remove from Favourites')
        : trans.__('Add This Place to Favourites');
    },
    () => {
      if (browser.location) {
        browser.memory.toggleFavourite(browser.location);
      }
    },
    { icon: starIcon, isEnabled: () => browser.location !== null }
  );
  add(CommandIDs.addConnection, trans.__('Add a Connection…'), () => actions.ask({ kind: 'connection', name: null }), {
    icon: addIcon
  });
  const editable = () => browser.connection?.editable ?? false;
  const name = () => browser.connection?.name ?? '';
  add(
    CommandIDs.editConnection,
    () => trans.__('Change the Connection %1…', name()),
    () => actions.ask({ kind: 'connection', name: browser.connection?.name ?? null }),
    { icon: editIcon, isEnabled: editable, isVisible: editable }
  );
  add(
    CommandIDs.removeConnection,
    () => trans.__('Remove the Connection %1…', name()),
    () => actions.ask({ kind: 'forget-connection', name: browser.connection?.name ?? '' }),
    { icon: deleteIcon, isEnabled: editable, isVisible: editable }
  );
  const { endpoint } = options;
  const act = (execute: () => Promise<void>) => () => {
    options.reveal();
    return execute();
  };
  add(
    CommandIDs.startEndpoint,
    trans.__('Start the S3 Endpoint'),
    act(() => endpoint.start()),
    {
      caption: trans.__('Serve the buckets of this machine to code that wants an S3 server'),
      isEnabled: () => !endpoint.isRunning && !endpoint.busy,
      isVisible: () => !endpoint.isRunning
    }
  );
  add(
    CommandIDs.stopEndpoint,
    trans.__('Stop the S3 Endpoint'),
    act(() => endpoint.stop()),
    { isEnabled: () => endpoint.isRunning && !endpoint.busy, isVisible: () => endpoint.isRunning }
  );
}

/** What the commands need beside the actions. */
export interface IOptions {
  commands: CommandRegistry;
  actions: DataActions;
  client: DataClient;
  endpoint: EndpointModel;
  trans: TranslationBundle;
  /** Opens the section. */
  reveal: () => void;
  /** Opens the object of this name of the folder that is looked at. */
  open: (name: string) => void;
  /** Whether objects can be opened as documents. */
  canOpen: () => boolean;
  /** Lets the browser ask for files, or for a folder. */
  chooseFiles: (folder: boolean) => void;
  /** Lets the browser load what is at this address. */
  download: (url: string) => void;
}

/** The items of the context menu of the list, in its order; null: a line. */
export const CONTEXT_ITEMS: readonly (string | null)[] = [
  CommandIDs.open,
  CommandIDs.showHereInFiles,
  CommandIDs.download,
  CommandIDs.exportTo,
  null,
  CommandIDs.copy,
  CommandIDs.cut,
  CommandIDs.paste,
  CommandIDs.rename,
  CommandIDs.remove,
  null,
  CommandIDs.copyUri,
  CommandIDs.copyS3Uri,
  CommandIDs.share,
  CommandIDs.size,
  null,
  CommandIDs.newBucket,
  CommandIDs.newFolder,
  CommandIDs.upload,
  CommandIDs.uploadFolder,
  CommandIDs.refresh
];

/** The items of the menu of the section that say what can be done; favourites and recent places follow. */
export const MENU_ITEMS: readonly (string | null)[] = [
  CommandIDs.newBucket,
  CommandIDs.newFolder,
  CommandIDs.upload,
  CommandIDs.uploadFolder,
  CommandIDs.paste,
  CommandIDs.size,
  null,
  CommandIDs.addConnection,
  CommandIDs.editConnection,
  CommandIDs.removeConnection,
  null,
  CommandIDs.startEndpoint,
  CommandIDs.stopEndpoint,
  null,
  CommandIDs.favourite
];

/** The places of the menu: favourites, and recent ones that are no favourites. */
export function menuPlaces(actions: DataActions): { favourites: readonly ILocation[]; recent: ILocation[] } {
  const { memory, location } = actions.browser;
  return {
    favourites: memory.favourites,
    recent: memory.recent.filter(one => !memory.isFavourite(one) && !isSame(one, location)).slice(0, 6)
  };
}

/** Arguments that name a location. */
const LOCATION_SCHEMA: ReadonlyJSONObject = {
  type: 'object',
  properties: {
    connection: { type: 'string', description: 'Name of the connection' },
    bucket: { type: 'string', description: 'The bucket; without it, all buckets' },
    prefix: { type: 'string', description: 'The folder, with a slash at its end' }
  }
};

function locationOf(args: ReadonlyPartialJSONObject): ILocation | null {
  const { connection, bucket, prefix } = args;
  if (typeof connection !== 'string') {
    return null;
  }
  return {
    connection,
    bucket: typeof bucket === 'string' ? bucket : null,
    prefix: typeof bucket === 'string' && typeof prefix === 'string' ? prefix : ''
  };
}
