import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { IPage } from './api';
import { wordsOf } from './errorWords';

/** More rows than this are not kept: a list that long is searched by typing, not by scrolling. */
export const MOST_ROWS = 300_000;

/** What a row needs, and no more: there may be hundreds of thousands. */
export interface IRow {
  /** The last part of the key; without the slash of a folder. */
  name: string;
  folder: boolean;
  size: number;
  /** Milliseconds; null when it is not known. */
  modified: number | null;
}

/** What is directly below a folder, page by page, in the order of the server (in each page, folders first). */
export class Listing implements IDisposable {
  constructor(options: Listing.IOptions) {
    this._options = options;
  }

  /** Rows came, or an error. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The rows that are loaded; they are only ever added to. */
  get rows(): readonly IRow[] {
    return this._rows;
  }

  /** The server has no more. */
  get isComplete(): boolean {
    return this._started && this._next === null;
  }

  /** There are more, but no more are kept. */
  get isFull(): boolean {
    return this._rows.length >= MOST_ROWS && this._next !== null;
  }

  /** A page is on its way. */
  get isLoading(): boolean {
    return this._loading !== null;
  }

  /** All pages are being fetched (`loadAll`). */
  get isLoadingAll(): boolean {
    return this._all;
  }

  /** Why the last page did not come; null when it did. */
  get error(): string | null {
    return this._error;
  }

  get isDisposed(): boolean {
    return this._abort.signal.aborted;
  }

  /** Fetches the next page; resolves when it is there, or it is known why not. */
  more(): Promise<void> {
    if (this.isDisposed || this.isComplete || this.isFull) {
      return Promise.resolve();
    }
    this._loading ??= this._fetch().finally(() => {
      this._loading = null;
      if (!this.isDisposed) {
        this._changed.emit();
      }
    });
    return this._loading;
  }

  /** Fetches all that is left, until `stop`. */
  async loadAll(): Promise<void> {
    this._all = true;
    while (this._all && !this.isDisposed && !this.isComplete && !this.isFull) {
      await this.more();
      if (this._error !== null) {
        break;
      }
    }
    this._all = false;
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  /** Ends `loadAll` after the page that is on its way. */
  stop(): void {
    this._all = false;
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._all = false;
      this._abort.abort();
      Signal.clearData(this);
    }
  }

  private async _fetch(): Promise<void> {
    try {
      const page = await this._options.fetch(this._next, this._abort.signal);
      if (this.isDisposed) {
        return;
      }
      this._add(page);
      this._started = true;
      this._next = page.next;
      this._error = null;
    } catch (reason) {
      this._error = wordsOf(reason);
    }
  }

  private _add(page: IPage): void {
    const start = this._options.folder.length;
    for (const prefix of page.prefixes) {
      this._rows.push({ name: prefix.slice(start, -1), folder: true, size: 0, modified: null });
    }
    for (const { key, size, modified } of page.objects) {
      // The marker that keeps a folder which is empty is the folder itself.
      if (key.length > start) {
        const time = modified === null ? null : Date.parse(modified);
        this._rows.push({ name: key.slice(start), folder: false, size, modified: time });
      }
    }
  }

  private _abort = new AbortController();
  private _all = false;
  private _changed = new Signal<this, void>(this);
  private _error: string | null = null;
  private _loading: Promise<void> | null = null;
  private _next: string | null = null;
  private _options: Listing.IOptions;
  private _rows: IRow[] = [];
  private _started = false;
}

/** Statics of Listing. */
export namespace Listing {
  export interface IOptions {
    /** The prefix that all keys begin with and that is not shown. */
    folder: string;
    /** Fetches the page after `next` of the page before. */
    fetch: (after: string | null, signal: AbortSignal) => Promise<IPage>;
  }
}
