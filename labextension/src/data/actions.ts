import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type {
  IConnectionRequest,
  IContentsPlace,
  IPlace,
  IPlan,
  IShared,
  ITransfer,
  ITransferRequest,
  IVersion
} from './api';
import type { DataBrowser } from './browser';
import type { DataClient } from './client';
import { statusOf, wordsOf } from './errorWords';
import type { ILocation } from './places';
import { celliftUri, copyName, folderOf, isFolder, isSame, nameOf, s3Uri } from './places';
import type { TransfersModel } from './transfers/transfersModel';
import type { ILocalFile, Upload } from './transfers/upload';
import type { Uploads } from './transfers/uploads';

/** Things that the server takes at a time. */
const MOST_AT_ONCE = 1000;

/** Objects above this size are not sent in one request. */
const MOST_IN_ONE = 64 << 20;

/** A question that is asked inside the section. */
export type Form =
  | { kind: 'connection'; name: string | null }
  | { kind: 'forget-connection'; name: string }
  | { kind: 'bucket' }
  | { kind: 'folder' }
  | { kind: 'rename'; place: IPlace }
  | { kind: 'delete'; places: IPlace[]; plan: IPlan | null; undoable: boolean | null; error: string | null }
  | { kind: 'clash'; request: ITransferRequest; plan: IPlan }
  | { kind: 'share'; place: IPlace; link: IShared | null }
  | { kind: 'export'; places: IPlace[] };

/** What can be done with data; what goes wrong is said in `notice` or at the form. */
export class DataActions implements IDisposable {
  constructor(options: DataActions.IOptions) {
    this._options = options;
    this.browser = options.browser;
    this.transfers = options.transfers;
    this.uploads = options.uploads;
    this.transfers.ended.connect(this._onEnded, this);
    this.uploads.paused.connect(this._onPaused, this);
    this.browser.changed.connect(this._onBrowsed, this);
  }

  readonly browser: DataBrowser;
  readonly transfers: TransfersModel;
  readonly uploads: Uploads;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What was removed and can be brought back. */
  get removed(): ISignal<this, ITransfer> {
    return this._removed;
  }

  /** The question that is asked; null: none. */
  get form(): Form | null {
    return this._form;
  }

  /** A remark about what was done last; `error`: it was not. */
  get notice(): { text: string; error: boolean } | null {
    return this._notice;
  }

  /** What was copied or cut. */
  get clipboard(): { cut: boolean; places: IPlace[] } | null {
    return this._clipboard;
  }

  /** Something is being asked of the server for the form. */
  get isBusy(): boolean {
    return this._busy > 0;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  ask(form: Form | null): void {
    this._form = form;
    this._askedAt = this.browser.location;
    this._notice = null;
    this._changed.emit();
  }

  say(text: string | null, error = false): void {
    this._notice = text === null ? null : { text, error };
    this._changed.emit();
  }

  /** Sets a connection up and goes there; when it cannot be used, the sentence of the server is at the form. */
  async keepConnection(name: string, request: IConnectionRequest): Promise<string | null> {
    return this._try(async () => {
      await this._options.client.keepConnection(name, request);
      await this.browser.fetchConnections();
    });
  }

  /** Lists buckets: the words of what came of it. */
  async testConnection(name: string): Promise<{ text: string; error: boolean }> {
    const { client, trans } = this._options;
    try {
      const { buckets } = await client.buckets(name);
      const text = trans._n('It works: %1 bucket.', 'It works: %1 buckets.', buckets.length);
      return { text, error: false };
    } catch (reason) {
      return { text: wordsOf(reason), error: true };
    }
  }

  async forgetConnection(name: string): Promise<void> {
    const wrong = await this._try(() => this._options.client.removeConnection(name));
    this.browser.memory.forget(name);
    this._form = null;
    await this.browser.fetchConnections();
    if (wrong) {
      this.say(wrong, true);
    } else if (this.browser.location?.connection === name && this.browser.connections.length) {
      await this.browser.go({ connection: this.browser.connections[0].name, bucket: null, prefix: '' });
    }
    this._changed.emit();
  }

  /** Makes a bucket and goes into it; the reason when it cannot be made. */
  async makeBucket(name: string): Promise<string | null> {
    const connection = this.browser.location?.connection ?? '';
    const wrong = await this._try(() => this._options.client.makeBucket(connection, name));
    if (wrong === null) {
      this.ask(null);
      await this.browser.go({ connection, bucket: name, prefix: '' });
    }
    return wrong;
  }

  /** Makes a folder, which an object whose key ends with a slash keeps while it is empty. */
  async makeFolder(name: string): Promise<string | null> {
    const here = this.browser.here;
    if (!here) {
      return null;
    }
    const key = `${here.key}${name.replace(/\/+$/, '')}/`;
    const wrong = await this._try(() => this._options.client.putContent({ ...here, key }, '', { ifNew: true }));
    if (wrong === null) {
      this.ask(null);
      await this.browser.go({ connection: here.connection, bucket: here.bucket, prefix: key });
    }
    return wrong;
  }

  /** Gives an object or folder another name, or another path below its bucket when it begins with a slash. */
  async rename(place: IPlace, name: string): Promise<string | null> {
    const target = name.startsWith('/') ? name.slice(1) : folderOf(place.key) + name;
    const to = { ...place, key: isFolder(place.key) ? target.replace(/\/+$/, '') : target };
    if (to.key === place.key.replace(/\/$/, '')) {
      this.ask(null);
      return null;
    }
    return this._transfer({ kind: 'move', sources: [place], to });
  }

  /** Counts what a removal takes, and asks. */
  async askDelete(places: IPlace[]): Promise<void> {
    const here = this.browser.here;
    if (here?.key && this.browser.isAllChosen && places.length > 1) {
      // All in a folder is the folder: as one thing, it may be any number.
      places = [here];
    }
    if (!places.length || this._isTooMany(places)) {
      return;
    }
    const form: Form = { kind: 'delete', places, plan: null, undoable: null, error: null };
    this.ask(form);
    const update = (change: Partial<Extract<Form, { kind: 'delete' }>>) => {
      if (this._form?.kind === 'delete' && this._form.places === places) {
        this._form = { ...this._form, ...change };
        this._changed.emit();
      }
    };
    try {
      const [plan, undoable] = await Promise.all([
        this._options.client.plan({ kind: 'delete', sources: places }),
        this._isUndoable(places)
      ]);
      update({ plan, undoable });
    } catch (reason) {
      update({ error: wordsOf(reason) });
    }
  }

  /** Removes; a whole bucket goes when all in it is gone. */
  async remove(places: IPlace[]): Promise<void> {
    const plan = this._form?.kind === 'delete' ? this._form.plan : null;
    this.ask(null);
    const buckets = places.filter(place => place.key === '');
    const wrong = await this._try(async () => {
      if (buckets.length < places.length || plan === null || plan.objects > 0) {
        const transfer = await this.transfers.start({ kind: 'delete', sources: places });
        if (buckets.length) {
          this._emptied.set(transfer.id, buckets);
        }
      } else {
        await this._removeBuckets(buckets);
      }
    });
    if (wrong) {
      this.say(wrong, true);
    }
  }

  /** Takes a removal back. */
  async undo(id: string): Promise<void> {
    const wrong = await this._try(() => this.transfers.start({ kind: 'undo', transfer: id }));
    if (wrong) {
      this.say(wrong, true);
    }
  }

  copy(places: IPlace[], cut: boolean): void {
    if (this._isTooMany(places)) {
      return;
    }
    this._clipboard = places.length ? { cut, places } : null;
    this._changed.emit();
  }

  /** Brings what was copied or cut here. */
  async paste(): Promise<void> {
    const { here } = this.browser;
    if (!here || !this._clipboard) {
      return;
    }
    const { cut, places } = this._clipboard;
    const [first] = places;
    let to: IPlace = here;
    if (!cut && places.length === 1 && first.bucket === here.bucket && first.connection === here.connection) {
      if (folderOf(first.key) === here.key && first.key) {
        const taken = (name: string) => this.browser.rows.some(row => row.name === name);
        to = { ...here, key: here.key + copyName(nameOf(first.key), taken) };
      }
    }
    const wrong = await this._transfer({ kind: cut ? 'move' : 'copy', sources: places, to });
    if (wrong) {
      this.say(wrong, true);
    } else if (cut) {
      this._clipboard = null;
      this._changed.emit();
    }
  }

  /** Brings files and folders of the server here. */
  async import(paths: string[]): Promise<void> {
    const here = this.browser.here;
    if (here && paths.length) {
      const wrong = await this._transfer({ kind: 'import', sources: paths.map(path => ({ path })), to: here });
      if (wrong) {
        this.say(wrong, true);
      }
    }
  }

  /** Asks for the folder of the server that gets the files. */
  askExport(places: IPlace[]): void {
    if (places.length && !this._isTooMany(places)) {
      this.ask({ kind: 'export', places });
    }
  }

  /** Copies objects and folders into a folder of the server. */
  async export(places: IPlace[], folder: IContentsPlace): Promise<string | null> {
    return this._transfer({ kind: 'export', sources: places, to: folder });
  }

  /** Begins what was planned, although something is there already. */
  async settle(request: ITransferRequest, existing: 'replace' | 'skip'): Promise<void> {
    this.ask(null);
    const wrong = await this._try(() => this.transfers.start({ ...request, existing }));
    if (wrong) {
      this.say(wrong, true);
    }
  }

  /** Sends files of this computer here. */
  upload(files: ILocalFile[], to: IPlace | null = this.browser.here): void {
    const { trans } = this._options;
    if (!to) {
      this.say(trans.__('Open a bucket first: objects are kept in buckets.'), true);
    } else if (!files.length) {
      this.say(trans.__('There is no file in what was dropped: a folder is there once something is in it.'), true);
    } else {
      this.uploads.start(to, files);
    }
  }

  /** Sums a folder up, in the background. */
  async size(places: IPlace[]): Promise<void> {
    if (this._isTooMany(places)) {
      return;
    }
    const wrong = await this._try(() => this.transfers.start({ kind: 'size', sources: places }));
    if (wrong) {
      this.say(wrong, true);
    }
  }

  /** Puts the names for other programs into the clipboard. */
  copyUri(places: IPlace[], kind: 'cellift' | 's3'): void {
    const of = (place: IPlace) => (kind === 's3' ? s3Uri(place, this.browser.connection) : celliftUri(place));
    const uris = places.map(of).filter((uri): uri is string => uri !== null);
    this._options.copyText(uris.join('\n'));
    this.say(this._options.trans.__('Copied: %1', uris[0] + (uris.length > 1 ? ' …' : '')));
  }

  /** Makes a link that works without credentials, and puts it into the clipboard. */
  async share(place: IPlace, seconds: number): Promise<string | null> {
    return this._try(async () => {
      const link = await this._options.client.share(place, { seconds });
      this._options.copyText(link.url);
      if (this._form?.kind === 'share') {
        this._form = { ...this._form, link };
      }
    });
  }

  /** Why a version cannot be brought back here; null when it can. */
  whyNoRestore(version: IVersion): string | null {
    const { trans } = this._options;
    return this.browser.isReadOnly
      ? trans.__('The connection is read-only.')
      : version.size > MOST_IN_ONE
        ? trans.__('It is larger than 64 MiB: download it and upload it again.')
        : null;
  }

  /** Makes an old version the newest one, unless the object is changed meanwhile. */
  async restore(place: IPlace, version: IVersion, newest: string): Promise<string | null> {
    const { client } = this._options;
    const wrong = await this._try(async () => {
      const response = await client.content({ ...place, version: version.version });
      await client.putContent(place, await response.blob(), { ifMatch: newest });
    });
    if (wrong === null) {
      await this.browser.refresh();
    }
    return wrong;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.disconnectReceiver(this);
      Signal.clearData(this);
    }
  }

  /** Says that so many things cannot be named at a time, when it is so. */
  private _isTooMany(places: unknown[]): boolean {
    if (places.length <= MOST_AT_ONCE) {
      return false;
    }
    this.say(
      this._options.trans.__(
        '%1 things are selected, and at most %2 can be named at a time. Select the folder that holds them, or fewer.',
        places.length.toLocaleString(),
        MOST_AT_ONCE.toLocaleString()
      ),
      true
    );
    return true;
  }

  /** Begins a transfer, unless something is there already: then it asks. */
  private _transfer(request: ITransferRequest): Promise<string | null> {
    return this._try(async () => {
      const { kind, sources, to } = request as ITransferRequest & {
        kind: 'copy' | 'move' | 'import' | 'export';
        sources: (IPlace | IContentsPlace)[];
      };
      const plan = await this._options.client.plan({ kind, sources, to });
      if (plan.existing.length) {
        this._form = { kind: 'clash', request, plan };
        return;
      }
      await this.transfers.start(request);
      this._form = null;
      this._notice = null;
    });
  }

  /** Whether what is removed can be brought back; null: it depends. */
  private async _isUndoable(places: IPlace[]): Promise<boolean | null> {
    // Of a bucket that goes nothing is left that could bring things back.
    if (!this.browser.buckets?.features.includes('versions') || places.some(place => place.key === '')) {
      return false;
    }
    const object = places.find(place => !isFolder(place.key));
    if (!object) {
      return null;
    }
    const versions = await this._options.client.versions(object).catch(() => []);
    return versions.some(one => one.version !== null && one.version !== 'null');
  }

  private async _removeBuckets(buckets: IPlace[]): Promise<void> {
    for (const { connection, bucket } of buckets) {
      await this._options.client.removeBucket(connection, bucket);
      this.browser.memory.forget(connection, bucket);
    }
    await this.browser.refresh();
  }

  /** The words of what went wrong; null when nothing did. */
  private async _try(act: () => Promise<unknown>): Promise<string | null> {
    this._busy += 1;
    this._changed.emit();
    try {
      await act();
      return null;
    } catch (reason) {
      return statusOf(reason) === 412
        ? this._options.trans.__('It is there already, or was changed meanwhile: %1', wordsOf(reason))
        : wordsOf(reason);
    } finally {
      this._busy -= 1;
      this._changed.emit();
    }
  }

  /** A question about a place goes away with it. */
  private _onBrowsed(): void {
    const isOfPlace = this._form && this._form.kind !== 'connection' && this._form.kind !== 'forget-connection';
    if (isOfPlace && this._form?.kind !== 'clash' && !isSame(this._askedAt, this.browser.location)) {
      this.ask(null);
    }
  }

  private _onEnded(_: TransfersModel, transfer: ITransfer): void {
    const buckets = this._emptied.get(transfer.id);
    this._emptied.delete(transfer.id);
    if (buckets && transfer.state === 'done') {
      void this._try(() => this._removeBuckets(buckets)).then(wrong => wrong && this.say(wrong, true));
    }
    if (transfer.can_undo) {
      this._removed.emit(transfer);
    }
    if (transfer.kind !== 'size' && transfer.kind !== 'export') {
      void this.browser.refresh();
    }
  }

  private _onPaused(_: Uploads, upload: Upload): void {
    const { connection, bucket, key } = upload.folder;
    const location = this.browser.location;
    if (!connection || isSame(location, { connection, bucket, prefix: key })) {
      void this.browser.refresh();
    }
    void this.transfers.refresh();
  }

  private _askedAt: ILocation | null = null;
  private _busy = 0;
  private _changed = new Signal<this, void>(this);
  private _clipboard: { cut: boolean; places: IPlace[] } | null = null;
  private _emptied = new Map<string, IPlace[]>();
  private _form: Form | null = null;
  private _isDisposed = false;
  private _notice: { text: string; error: boolean } | null = null;
  private _options: DataActions.IOptions;
  private _removed = new Signal<this, ITransfer>(this);
}

/** Statics of DataActions. */
export namespace DataActions {
  export interface IOptions {
    client: DataClient;
    browser: DataBrowser;
    transfers: TransfersModel;
    uploads: Uploads;
    trans: TranslationBundle;
    /** Puts text into the clipboard. */
    copyText: (text: string) => void;
  }
}
