import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { IPlace, ITransfer } from '../api';
import type { DataClient } from '../client';
import { statusOf, wordsOf } from '../errorWords';
import { Speed } from './speed';

/** Bytes that are sent in one request. */
export const PIECE = 8 << 20;

/** Files that are sent at a time. */
const AT_ONCE = 3;

/** How often a request that got no answer is sent again, and after how long at first, in milliseconds. */
const TRIES = 3;
const PAUSE = 500;

/** A file of this computer, and the name below the folder it goes to. */
export interface ILocalFile {
  file: File;
  path: string;
}

/** `waiting`: files are there already, and somebody must say what becomes of them. `broken`: it can go on. */
export type UploadState = 'running' | 'waiting' | 'broken' | 'done' | 'failed' | 'cancelled';

/**
 * Files on their way from this computer into a folder: several at a time, large ones in pieces.
 *
 * What breaks off goes on where the server says it is; what is there already is never replaced without being asked.
 */
export class Upload {
  constructor(options: Upload.IOptions) {
    this._options = options;
    this._items = options.files.map(({ file, path, transfer }) => ({
      file,
      path,
      state: 'todo',
      sent: 0,
      transfer: transfer ?? null,
      adopted: transfer !== undefined
    }));
    this._ids = new Set(options.files.flatMap(one => one.transfer ?? []));
    this.totalBytes = this._items.reduce((sum, one) => sum + one.file.size, 0);
    this.id = Private.newId();
  }

  /** Its id among the uploads of this page. */
  readonly id: string;
  readonly totalBytes: number;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get state(): UploadState {
    return this._state;
  }

  get folder(): IPlace {
    return this._options.to;
  }

  /** The name of the first file. */
  get first(): string {
    return this._items[0]?.path ?? '';
  }

  get objects(): number {
    return this._items.filter(one => one.state === 'done').length;
  }

  get totalObjects(): number {
    return this._items.length;
  }

  get bytes(): number {
    return this._bytes;
  }

  /** Bytes a second, of late. */
  get speed(): number {
    return this._speed.value;
  }

  /** Names that are there already. */
  get clashes(): string[] {
    return this._items.filter(one => one.state === 'clash').map(one => one.path);
  }

  /** What could not be sent, and why. */
  get failures(): { what: string; reason: string }[] {
    return this._items
      .filter(one => one.state === 'failed' || one.state === 'broken')
      .map(one => ({ what: one.path, reason: one.reason ?? '' }));
  }

  /** Whether the server's transfer is one of this upload. */
  owns(id: string): boolean {
    return this._ids.has(id);
  }

  /** Sends what is to be sent; resolves when nothing more can be sent. */
  async run(): Promise<void> {
    this._abort = new AbortController();
    this._at = 0;
    this._set('running');
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let item = this._next(); item && this._state === 'running'; item = this._next()) {
        await this._send(item);
        this._tell();
      }
    });
    await Promise.all(workers);
    if (this._state === 'running') {
      const has = (state: Private.ItemState) => this._items.some(one => one.state === state);
      this._set(has('clash') ? 'waiting' : has('broken') ? 'broken' : has('failed') ? 'failed' : 'done');
    }
  }

  /** Says what becomes of the objects that are there already. */
  settle(existing: 'replace' | 'skip'): Promise<void> {
    for (const item of this._items.filter(one => one.state === 'clash')) {
      item.state = existing === 'replace' ? 'todo' : 'skipped';
      item.replace = existing === 'replace';
    }
    return this.run();
  }

  /** Goes on with what broke off or failed. */
  retry(): Promise<void> {
    for (const item of this._items.filter(one => one.state === 'broken' || one.state === 'failed')) {
      item.state = 'todo';
    }
    return this.run();
  }

  /** Ends it; what is sent in pieces leaves nothing behind, what is there stays. */
  async cancel(): Promise<void> {
    this._set('cancelled');
    this._abort.abort();
    const begun = this._items.filter(one => one.transfer && one.state !== 'done').map(one => one.transfer as string);
    await Promise.all(begun.map(id => this._options.client.endTransfer(id).catch(() => undefined)));
  }

  /** Takes what the server remembers of it from its list, when it is over. */
  async forget(): Promise<void> {
    await Promise.all([...this._ids].map(id => this._options.client.endTransfer(id).catch(() => undefined)));
  }

  private _next(): Private.IItem | undefined {
    while (this._at < this._items.length) {
      const item = this._items[this._at++];
      if (item.state === 'todo') {
        return item;
      }
    }
    return undefined;
  }

  private async _send(item: Private.IItem): Promise<void> {
    try {
      const there = item.file.size > PIECE || item.transfer ? await this._inPieces(item) : await this._whole(item);
      item.state = there;
    } catch (reason) {
      if (this._state === 'cancelled') {
        item.state = 'todo';
        return;
      }
      item.reason = wordsOf(reason);
      // Without an answer, or when the store was silent, the same can be tried again.
      item.state =
        [null, 502, 503, 504].includes(statusOf(reason)) && !Private.isUnreadable(reason) ? 'broken' : 'failed';
    }
    if (item.state !== 'done' && !item.transfer) {
      this._moved(item, 0);
    }
  }

  private async _whole(item: Private.IItem): Promise<'done' | 'clash'> {
    const body = await this._read(item, 0, item.file.size);
    try {
      const type = item.file.type || undefined;
      await this._insist(() =>
        this._options.client.putContent(this._placeOf(item), body, { ifNew: !item.replace, type })
      );
    } catch (reason) {
      if (statusOf(reason) === 412 && !item.replace) {
        return 'clash';
      }
      throw reason;
    }
    this._moved(item, item.file.size);
    return 'done';
  }

  private async _inPieces(item: Private.IItem): Promise<'done' | 'clash'> {
    const { client } = this._options;
    let offset = 0;
    const known = item.transfer ? await this._ask(item.transfer) : null;
    if (known?.state === 'running') {
      offset = known.bytes;
    } else if (item.adopted) {
      throw new Private.EndedError(
        this._options.trans.__('The server has given this upload up: upload the file again.')
      );
    } else {
      item.transfer = null;
      const place = this._placeOf(item);
      if (!item.replace && (await this._exists(place))) {
        return 'clash';
      }
      const existing = item.replace ? 'replace' : 'fail';
      const begun = await client.startTransfer({ kind: 'upload', to: place, size: item.file.size, existing });
      item.transfer = begun.id;
      this._ids.add(begun.id);
    }
    this._moved(item, offset);
    for (;;) {
      const end = Math.min(offset + PIECE, item.file.size);
      const answer = await this._piece(item, offset, end);
      if (answer.state !== 'running') {
        item.transfer = null;
        this._moved(item, end);
        if (answer.state === 'done') {
          return 'done';
        }
        throw new Private.EndedError(answer.error ?? this._options.trans.__('The upload was cancelled.'));
      }
      offset = answer.bytes;
      this._moved(item, offset);
    }
  }

  /** Sends a piece; when the server waits for another one, gives its word on where it is. */
  private async _piece(item: Private.IItem, offset: number, end: number): Promise<ITransfer> {
    const id = item.transfer as string;
    const body = await this._read(item, offset, end);
    try {
      return await this._insist(() => this._options.client.sendBytes(id, offset, body, { signal: this._abort.signal }));
    } catch (reason) {
      if (statusOf(reason) !== 409) {
        throw reason;
      }
      const now = await this._ask(id);
      if (now === null || (now.state === 'running' && now.bytes === offset)) {
        throw reason;
      }
      return now;
    }
  }

  private async _ask(id: string): Promise<ITransfer | null> {
    try {
      return await this._insist(() => this._options.client.transfer(id));
    } catch (reason) {
      if (statusOf(reason) === 404) {
        return null;
      }
      throw reason;
    }
  }

  private async _exists(place: IPlace): Promise<boolean> {
    try {
      await this._insist(() => this._options.client.object(place));
      return true;
    } catch (reason) {
      if (statusOf(reason) === 404) {
        return false;
      }
      throw reason;
    }
  }

  /** The bytes of a part of the file: an error here is not the server's. */
  private async _read(item: Private.IItem, start: number, end: number): Promise<ArrayBuffer> {
    try {
      return await item.file.slice(start, end).arrayBuffer();
    } catch {
      throw new Private.UnreadableError(
        this._options.trans.__('The file cannot be read: it was changed, moved or removed meanwhile.')
      );
    }
  }

  /** Asks again when there is no answer. */
  private async _insist<T>(ask: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ask();
      } catch (reason) {
        if (statusOf(reason) !== null || attempt === TRIES || this._state === 'cancelled') {
          throw reason;
        }
        await new Promise(resolve => setTimeout(resolve, (this._options.pause ?? PAUSE) * 2 ** (attempt - 1)));
      }
    }
  }

  private _placeOf(item: Private.IItem): IPlace {
    const { connection, bucket, key } = this._options.to;
    return { connection, bucket, key: key + item.path };
  }

  private _moved(item: Private.IItem, sent: number): void {
    this._bytes += sent - item.sent;
    item.sent = sent;
    this._speed.tell(this._bytes);
    this._tell();
  }

  private _set(state: UploadState): void {
    this._state = state;
    this._tell();
  }

  private _tell(): void {
    this._changed.emit();
  }

  private _abort = new AbortController();
  private _at = 0;
  private _bytes = 0;
  private _changed = new Signal<this, void>(this);
  private _ids: Set<string>;
  private _items: Private.IItem[];
  private _options: Upload.IOptions;
  private _speed = new Speed();
  private _state: UploadState = 'running';
}

/** Statics of Upload. */
export namespace Upload {
  export interface IOptions {
    client: DataClient;
    trans: TranslationBundle;
    /** The folder: its key is empty or ends with a slash. */
    to: IPlace;
    /** The files; `transfer`: the server has begun with it. */
    files: (ILocalFile & { transfer?: string })[];
    /** The pause before a request without answer is sent again, in milliseconds. */
    pause?: number;
  }
}

namespace Private {
  let count = 0;

  export function newId(): string {
    count += 1;
    return `upload-${count}`;
  }

  export type ItemState = 'todo' | 'done' | 'skipped' | 'clash' | 'broken' | 'failed';

  export interface IItem extends ILocalFile {
    state: ItemState;
    sent: number;
    /** The server's transfer of a file in pieces. */
    transfer: string | null;
    /** Another page began with it. */
    adopted: boolean;
    replace?: boolean;
    reason?: string;
  }

  /** The file of this computer is no longer what it was. */
  export class UnreadableError extends Error {}

  /** The server has ended the transfer. */
  export class EndedError extends Error {}

  export function isUnreadable(reason: unknown): boolean {
    return reason instanceof UnreadableError || reason instanceof EndedError;
  }
}
