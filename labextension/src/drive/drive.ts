import type { Contents, ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type { IObjectDetails, IPlace } from '../data/api';
import type { DataClient } from '../data/client';
import { statusOf } from '../data/errorWords';
import { folderOf, nameOf, type ILocation } from '../data/places';
import { Checkpoints } from './checkpoints';
import { asBase64, asText, fromBase64 } from './encoding';
import { bucketModel, folderModel, isNotebook, objectModel } from './models';
import { listFolder } from './listing';
import { carryOut } from './moving';
import { DRIVE, named, pathFor } from './paths';
import { Pieces } from './pieces';
import { refuse } from './refusals';
import { Seen } from './seen';

/** Bytes of the largest object that is opened or saved as a document. */
const LARGEST = 64 << 20;

/** Connections, buckets and objects as a drive of JupyterLab's contents: `cellift:connection/bucket/key`. */
export class CelliftDrive implements Contents.IDrive {
  constructor(options: CelliftDrive.IOptions) {
    this._options = options;
    this._client = options.client;
    this.serverSettings = options.serverSettings;
    this._pieces = new Pieces(options);
  }

  readonly name = DRIVE;
  readonly serverSettings: ServerConnection.ISettings;

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }

  /** A folder is shown without some of its entries. */
  get incomplete(): ISignal<this, CelliftDrive.IIncomplete> {
    return this._incomplete;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.clearData(this);
    }
  }

  async get(localPath: string, options: Contents.IFetchOptions = {}): Promise<Contents.IModel> {
    const what = named(localPath);
    const content = options.content ?? true;
    if (what.kind === 'root') {
      return this._connections(content);
    }
    if (what.kind === 'connection') {
      return this._buckets(what.connection, content);
    }
    const { place } = what;
    if (!place.key || options.type === 'directory') {
      return this._folder(place, content);
    }
    if (options.type === undefined && (await this._isFolder(place))) {
      return this._folder(place, content);
    }
    return content ? this._open(place, options) : this._look(place);
  }

  async getDownloadUrl(localPath: string): Promise<string> {
    return this._client.contentUrl(this._object(localPath));
  }

  async newUntitled(options: Contents.ICreateOptions = {}): Promise<Contents.IModel> {
    const folder = this._bucketOrFolder(options.path ?? '');
    const prefix = folder.key ? `${folder.key}/` : '';
    const type = options.type ?? 'file';
    const given = options.ext ?? '.txt';
    const ending = given && !given.startsWith('.') ? `.${given}` : given;
    const ext = type === 'notebook' ? '.ipynb' : type === 'directory' ? '' : ending;
    const stem = type === 'notebook' ? 'Untitled' : type === 'directory' ? 'Untitled Folder' : 'untitled';
    const model = await Private.firstFree(async count => {
      const gap = count && type === 'directory' ? ' ' : '';
      const key = `${prefix}${stem}${count ? `${gap}${count}` : ''}${ext}`;
      return this._create({ ...folder, key }, type);
    });
    this._fileChanged.emit({ type: 'new', oldValue: null, newValue: model });
    return model;
  }

  async delete(localPath: string): Promise<void> {
    const { trans } = this._options;
    const what = named(localPath);
    if (what.kind !== 'place') {
      throw refuse(400, trans.__('Connections are removed in the section Data.'));
    }
    const { place } = what;
    if (!(await this._options.mayDelete(nameOf(place.key) || place.bucket))) {
      // Not a plain end: JupyterLab would close the documents of what it takes for gone. One text: it is shown once.
      throw refuse(400, trans.__('You cancelled it: nothing was deleted.'));
    }
    if (!place.key) {
      await this._client.removeBucket(place.connection, place.bucket);
    } else if (await this._isFolder(place)) {
      await carryOut(this._client, { kind: 'delete', sources: [{ ...place, key: `${place.key}/` }] });
    } else {
      await this._client.removeObject(place);
    }
    this._seen.forget(localPath);
    this._checkpoints.forget(localPath);
    this._fileChanged.emit({ type: 'delete', oldValue: { path: localPath }, newValue: null });
  }

  async rename(oldLocalPath: string, newLocalPath: string): Promise<Contents.IModel> {
    const source = this._object(oldLocalPath);
    const to = this._object(newLocalPath);
    const isFolder = await this._isFolder(source);
    const from = isFolder ? { ...source, key: `${source.key}/` } : source;
    await carryOut(this._client, { kind: 'move', sources: [from], to });
    this._seen.forget(oldLocalPath);
    this._checkpoints.rename(oldLocalPath, newLocalPath);
    const model = isFolder ? folderModel(newLocalPath, null, true) : await this._look(to);
    this._fileChanged.emit({ type: 'rename', oldValue: { path: oldLocalPath }, newValue: model });
    return model;
  }

  async save(localPath: string, options: Partial<Contents.IModel> = {}): Promise<Contents.IModel> {
    const place = this._object(localPath);
    if (options.type === 'directory') {
      const model = await this._create(place, 'directory');
      this._fileChanged.emit({ type: 'save', oldValue: null, newValue: model });
      return model;
    }
    const written = await this._write(place, localPath, options);
    if (!written) {
      return { ...folderModel(localPath, null, true), type: 'file', chunk: options.chunk };
    }
    this._seen.wrote(localPath, written.etag);
    const model = objectModel(place, written, true);
    this._fileChanged.emit({ type: 'save', oldValue: null, newValue: model });
    return model;
  }

  async copy(localPath: string, toLocalDir: string): Promise<Contents.IModel> {
    const source = this._object(localPath);
    const folder = this._bucketOrFolder(toLocalDir);
    const isFolder = await this._isFolder(source);
    const name = nameOf(source.key);
    const dot = isFolder || name.lastIndexOf('.') < 1 ? name.length : name.lastIndexOf('.');
    const inSame = pathFor({ ...source, key: folderOf(source.key) }) === pathFor(folder);
    const model = await Private.firstFree(
      async count => {
        // As Jupyter names copies.
        const copy = count ? `${name.slice(0, dot)}-Copy${count}${name.slice(dot)}` : name;
        const to = { ...folder, key: `${folder.key ? `${folder.key}/` : ''}${copy}` };
        const from = isFolder ? { ...source, key: `${source.key}/` } : source;
        await carryOut(this._client, { kind: 'copy', sources: [from], to });
        return isFolder ? folderModel(pathFor(to), null, true) : this._look(to);
      },
      inSame ? 1 : 0
    );
    this._fileChanged.emit({ type: 'new', oldValue: null, newValue: model });
    return model;
  }

  async createCheckpoint(localPath: string): Promise<Contents.ICheckpointModel> {
    const response = await this._client.content(this._object(localPath));
    if (!this._checkpoints.takes(Number(response.headers.get('Content-Length') ?? 0))) {
      await response.body?.cancel();
      // JupyterLab takes 403 as: there are none here.
      throw refuse(403, this._options.trans.__('Objects of more than 8 MiB have no checkpoint.'));
    }
    return this._checkpoints.keep(localPath, await response.blob());
  }

  async listCheckpoints(localPath: string): Promise<Contents.ICheckpointModel[]> {
    return this._checkpoints.list(localPath);
  }

  async restoreCheckpoint(localPath: string): Promise<void> {
    const content = this._checkpoints.content(localPath);
    if (!content) {
      throw refuse(404, this._options.trans.__('The checkpoint is gone: it was kept until the page was left.'));
    }
    const written = await this._client.putContent(this._object(localPath), content);
    this._seen.saw(localPath, written.etag);
  }

  async deleteCheckpoint(localPath: string): Promise<void> {
    this._checkpoints.forget(localPath);
  }

  private async _connections(content: boolean): Promise<Contents.IModel> {
    const found = content ? await this._client.connections() : [];
    const usable = found.filter(one => !one.unusable);
    const models = usable.map(one => folderModel(one.name, null, !one.read_only));
    return folderModel('', content ? models : null, false);
  }

  private async _buckets(connection: string, content: boolean): Promise<Contents.IModel> {
    const { buckets, read_only } = await this._client.buckets(connection);
    const models = buckets.map(bucket => bucketModel(connection, bucket, !read_only));
    return folderModel(connection, content ? models : null, !read_only);
  }

  private async _folder(place: IPlace, content: boolean): Promise<Contents.IModel> {
    const { connection, bucket } = place;
    const prefix = place.key ? `${place.key}/` : '';
    const path = pathFor(place);
    if (!content) {
      const asked = this._client.objects(connection, bucket, prefix, { limit: 1 });
      const [writable] = await Promise.all([this._isWritable(connection), asked]);
      return folderModel(path, null, writable);
    }
    const [writable, found] = await Promise.all([
      this._isWritable(connection),
      listFolder(this._client, { connection, bucket, prefix })
    ]);
    const models = [...found.entries].map(([key, object]) => {
      const one = { connection, bucket, key };
      return object ? objectModel(one, object, writable) : folderModel(pathFor(one), null, writable);
    });
    if (found.more || found.hidden) {
      const { hidden, more } = found;
      this._incomplete.emit({ location: { connection, bucket, prefix }, hidden, more, shown: models.length });
    }
    return folderModel(path, models, writable);
  }

  /** Whether there is something below the key, or a marker of a folder. */
  private async _isFolder({ connection, bucket, key }: IPlace): Promise<boolean> {
    const { objects, prefixes } = await this._client.objects(connection, bucket, `${key}/`, { limit: 1 });
    return objects.length + prefixes.length > 0;
  }

  private async _isWritable(connection: string): Promise<boolean> {
    const found = (await this._client.connections()).find(one => one.name === connection);
    return !(found?.read_only ?? false);
  }

  /** An object without its content. */
  private async _look(place: IPlace): Promise<Contents.IModel> {
    const path = pathFor(place);
    try {
      const [found, writable] = await Promise.all([this._client.object(place), this._isWritable(place.connection)]);
      const model = objectModel(place, found, writable);
      if (this._seen.takeWritten(path)) {
        // The look after a save: whoever was faster since then is found by the next one.
        const { ifMatch } = this._seen.condition(path);
        return { ...model, hash: ifMatch ?? model.hash };
      }
      this._seen.saw(path, found.etag);
      return model;
    } catch (reason) {
      if (statusOf(reason) === 404) {
        this._seen.saw(path, null);
      }
      throw reason;
    }
  }

  /** An object with its content. */
  private async _open(place: IPlace, options: Contents.IFetchOptions): Promise<Contents.IModel> {
    const path = pathFor(place);
    const [found, writable] = await Promise.all([this._client.object(place), this._isWritable(place.connection)]);
    this._checkSize(place, found.size);
    this._seen.takeWritten(path);
    if ((options.type ?? (isNotebook(place.key) ? 'notebook' : 'file')) === 'notebook') {
      const { object, content } = await this._client.notebook(place);
      this._seen.saw(path, object.etag);
      return { ...objectModel(place, object, writable), type: 'notebook', format: 'json', content };
    }
    const response = await this._client.content(place);
    const etag = (response.headers.get('ETag') ?? '').replace(/^"|"$/g, '');
    const bytes = await response.arrayBuffer();
    this._seen.saw(path, etag);
    const text = options.format === 'base64' ? null : asText(bytes);
    if (text === null && options.format === 'text') {
      const said = this._options.trans.__(
        '“%1” is not text in UTF-8. Download it in the section Data.',
        nameOf(place.key)
      );
      throw refuse(400, said);
    }
    const model = objectModel(place, { ...found, etag, size: bytes.byteLength }, writable);
    return { ...model, type: 'file', format: text === null ? 'base64' : 'text', content: text ?? asBase64(bytes) };
  }

  /** Writes what a document holds, or a piece of an upload: then null until the last one is there. */
  private async _write(place: IPlace, path: string, options: Partial<Contents.IModel>): Promise<IObjectDetails | null> {
    const { content, type, chunk } = options;
    if (chunk !== undefined) {
      const piece = Private.dataOf(options);
      return (await this._pieces.take(place, path, chunk, piece)) ? this._client.object(place) : null;
    }
    const condition = this._seen.condition(path);
    try {
      return type === 'notebook'
        ? await this._client.putNotebook(place, content, condition)
        : await this._client.putContent(place, Private.dataOf(options), condition);
    } catch (reason) {
      if (statusOf(reason) === 412) {
        const { trans } = this._options;
        const said = trans.__(
          '“%1” was changed by somebody else at this moment, and nothing was saved. Save again to see what you can do.',
          nameOf(place.key)
        );
        throw refuse(412, said);
      }
      throw reason;
    }
  }

  /** Makes something empty; rejects with status 412 when it is there already. */
  private async _create(place: IPlace, type: string): Promise<Contents.IModel> {
    if (type === 'notebook') {
      const empty = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
      return objectModel(place, await this._client.putNotebook(place, empty, { ifNew: true }), true);
    }
    if (type === 'directory') {
      if (await this._isFolder(place)) {
        throw refuse(412, this._options.trans.__('“%1” is there already.', nameOf(place.key)));
      }
      await this._client.putContent({ ...place, key: `${place.key}/` }, '', { ifNew: true });
      return folderModel(pathFor(place), null, true);
    }
    return objectModel(place, await this._client.putContent(place, '', { ifNew: true }), true);
  }

  private _checkSize(place: IPlace, size: number): void {
    if (size > LARGEST) {
      const said = this._options.trans.__(
        '“%1” has %2 MiB, and at most 64 are opened as a document. The section Data shows a preview of it.',
        nameOf(place.key),
        Math.ceil(size / (1 << 20))
      );
      throw refuse(413, said);
    }
  }

  /** The place of an object or a folder. */
  private _object(localPath: string): IPlace {
    const what = named(localPath);
    if (what.kind !== 'place' || !what.place.key) {
      throw refuse(400, this._options.trans.__('Buckets and connections are changed in the section Data.'));
    }
    return what.place;
  }

  /** The place of a bucket or of a folder in one. */
  private _bucketOrFolder(localPath: string): IPlace {
    const what = named(localPath);
    if (what.kind !== 'place') {
      throw refuse(
        400,
        this._options.trans.__(
          'Open a bucket first: objects are kept in buckets, and buckets are made in the section Data.'
        )
      );
    }
    return what.place;
  }

  private _checkpoints = new Checkpoints();
  private _client: DataClient;
  private _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
  private _incomplete = new Signal<this, CelliftDrive.IIncomplete>(this);
  private _isDisposed = false;
  private _options: CelliftDrive.IOptions;
  private _pieces: Pieces;
  private _seen = new Seen();
}

/** Statics of CelliftDrive. */
export namespace CelliftDrive {
  export interface IOptions {
    client: DataClient;
    serverSettings: ServerConnection.ISettings;
    trans: TranslationBundle;
    /** Whether what has this name may be deleted. */
    mayDelete: (name: string) => Promise<boolean>;
  }

  /** What of a folder is not shown. */
  export interface IIncomplete {
    location: ILocation;
    /** Keys that no path can name. */
    hidden: number;
    /** There are more than are shown. */
    more: boolean;
    shown: number;
  }
}

namespace Private {
  /** What a file's content is as bytes, or as text for UTF-8. */
  export function dataOf({ content, format }: Partial<Contents.IModel>): string | ArrayBuffer {
    const text = format === 'json' ? JSON.stringify(content) : String(content ?? '');
    return format === 'base64' ? fromBase64(text) : text;
  }

  /** Calls `make` with one number after the other until what it makes is not there already (status 409 or 412). */
  export async function firstFree<T>(make: (count: number) => Promise<T>, first = 0): Promise<T> {
    for (let count = first; ; count++) {
      try {
        return await make(count);
      } catch (reason) {
        if (![409, 412].includes(statusOf(reason) ?? 0) || count > first + 200) {
          throw reason;
        }
      }
    }
  }
}
