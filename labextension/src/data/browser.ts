import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { IBuckets, IConnection, IPage, IPlace } from './api';
import type { DataClient } from './client';
import { wordsOf } from './errorWords';
import type { IRow } from './listing';
import { Listing } from './listing';
import type { Memory } from './memory';
import type { ILocation } from './places';
import { above, isSame, LOCAL } from './places';
import { Selection } from './selection';

/** The first page is small, so that it is there soon; the others are as large as S3 allows. */
const FIRST_PAGE = 200;
const PAGE = 1000;

/** How long after the last key a typed prefix is asked for, in milliseconds. */
const TYPING = 200;

/** Rows that are fetched at most when what is shown is fetched again. */
const MOST_REFRESHED = 3000;

/** Places that back and forward know. */
const MOST_HISTORY = 100;

/** Where one looks and what is there: connections, buckets, folders, what is typed and what is selected. */
export class DataBrowser implements IDisposable {
  constructor(options: DataBrowser.IOptions) {
    this._client = options.client;
    this.memory = options.memory;
    this._search = new Debouncer(() => this._open(), options.typingDelay ?? TYPING);
  }

  readonly memory: Memory;

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get connections(): readonly IConnection[] {
    return this._connections;
  }

  /** The connection that is looked at; undefined before there is one. */
  get connection(): IConnection | undefined {
    return this._connections.find(one => one.name === this._location?.connection);
  }

  /** Where one looks; null before the connections are known. */
  get location(): ILocation | null {
    return this._location;
  }

  /** What is typed to narrow the list. */
  get typed(): string {
    return this._typed;
  }

  /** The typed prefix that the shown rows begin with. */
  get shownTyped(): string {
    return this._shownTyped;
  }

  get rows(): readonly IRow[] {
    return this._listing?.rows ?? [];
  }

  get listing(): Listing | null {
    return this._listing;
  }

  get selection(): Selection {
    return this._selection;
  }

  /** What the store of the connection can do; null before it is known. */
  get buckets(): IBuckets | null {
    return this._buckets;
  }

  /** Nothing may be written. */
  get isReadOnly(): boolean {
    return this._buckets?.read_only ?? this.connection?.read_only ?? false;
  }

  /** A place was asked for and its first rows are not there yet. */
  get isLoading(): boolean {
    return this._pending !== null || (this._listing?.isLoading ?? false);
  }

  /** The connections were fetched, well or not. */
  get isReady(): boolean {
    return this._isReady;
  }

  /** Why what was asked for last is not shown; null when it is. */
  get error(): string | null {
    return this._error ?? this._listing?.error ?? null;
  }

  get canGoBack(): boolean {
    return this._at > 0;
  }

  get canGoForward(): boolean {
    return this._at < this._history.length - 1;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Fetches the connections and, at first, goes to where one was. */
  async start(): Promise<void> {
    await this.memory.loaded;
    await this.fetchConnections();
    if (this._isDisposed || this._location || !this._connections.length) {
      return;
    }
    const last = this.memory.last;
    const known = this._connections.some(one => one.name === last?.connection);
    const local = this._connections.find(one => one.name === LOCAL) ?? this._connections[0];
    await this.go(last && known ? last : { connection: local.name, bucket: null, prefix: '' });
  }

  /** Fetches the connections again; a failure is in `error`. */
  async fetchConnections(): Promise<void> {
    try {
      this._connections = await this._client.connections();
      this._error = null;
    } catch (reason) {
      this._error = wordsOf(reason);
    }
    this._isReady = true;
    this._emit();
  }

  /** Goes to another place; resolves when its first rows are there, or it is known why not. */
  go(location: ILocation): Promise<void> {
    if (!isSame(location, this._location)) {
      this._history = [...this._history.slice(0, this._at + 1), location].slice(-MOST_HISTORY);
      this._at = this._history.length - 1;
    }
    return this._show(location);
  }

  async back(): Promise<void> {
    if (this.canGoBack) {
      this._at -= 1;
      await this._show(this._history[this._at]);
    }
  }

  async forward(): Promise<void> {
    if (this.canGoForward) {
      this._at += 1;
      await this._show(this._history[this._at]);
    }
  }

  /** Goes to what holds this place, with the place selected there. */
  async up(): Promise<void> {
    const from = this._location;
    const to = from && above(from);
    if (from && to) {
      await this.go(to);
      const name = to.bucket === null ? from.bucket : from.prefix.slice(to.prefix.length, -1);
      this.choose(row => row.folder && row.name === name);
    }
  }

  /** Fetches what is shown again; rows that are still there stay selected. */
  async refresh(): Promise<void> {
    if (!this._location) {
      await this.start();
      return;
    }
    const chosen = new Set(this._selection.indexes.map(index => Private.rowId(this.rows[index])));
    const focused = this.rows[this._selection.focus];
    await this._open(Math.min(this.rows.length, MOST_REFRESHED));
    this.rows.forEach((row, index) => {
      const id = Private.rowId(row);
      if (chosen.has(id)) {
        this._selection.toggle(index);
      }
    });
    if (focused) {
      this._selection.moveFocus(this.rows.findIndex(row => Private.rowId(row) === Private.rowId(focused)));
    }
    this._emit();
  }

  /** Narrows the list to names that begin so; asked of the server when nothing was typed for a moment. */
  type(text: string): void {
    if (text !== this._typed) {
      this._typed = text;
      this._emit();
      void this._search.invoke().catch(() => undefined);
    }
  }

  /** Selects the first loaded row that is meant. */
  choose(wanted: (row: IRow) => boolean): number {
    const index = this.rows.findIndex(wanted);
    if (index !== -1) {
      this._selection.choose(index);
      this._emit();
    }
    return index;
  }

  /** Changes the selection. */
  select(change: (selection: Selection) => void): void {
    change(this._selection);
    this._emit();
  }

  /** Goes into a folder or bucket. */
  async enter(row: IRow): Promise<void> {
    const location = this._location;
    if (location && row.folder) {
      const { connection, bucket, prefix } = location;
      await this.go(
        bucket === null
          ? { connection, bucket: row.name, prefix: '' }
          : { connection, bucket, prefix: `${prefix}${row.name}/` }
      );
    }
  }

  /** The place of a row; null for a bucket's row, which is no place of an object. */
  placeOf(row: IRow): IPlace | null {
    const location = this._location;
    if (!location || location.bucket === null) {
      return location ? { connection: location.connection, bucket: row.name, key: '' } : null;
    }
    const { connection, bucket, prefix } = location;
    return { connection, bucket, key: `${prefix}${row.name}${row.folder ? '/' : ''}` };
  }

  /** The places of the selected rows. */
  get chosen(): IPlace[] {
    return this._selection.indexes
      .map(index => this.rows[index])
      .map(row => row && this.placeOf(row))
      .filter((place): place is IPlace => !!place);
  }

  /** All that is in the folder is selected, and nothing of it is left out by what is typed. */
  get isAllChosen(): boolean {
    return !this._shownTyped && (this._listing?.isComplete ?? false) && this._selection.size === this.rows.length;
  }

  /** The folder that is looked at, as a place; null where there are buckets. */
  get here(): IPlace | null {
    const location = this._location;
    return location && location.bucket !== null
      ? { connection: location.connection, bucket: location.bucket, key: location.prefix }
      : null;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._search.dispose();
    this._listing?.dispose();
    this._pending?.dispose();
    Signal.clearData(this);
  }

  private async _show(location: ILocation): Promise<void> {
    if (location.connection !== this._location?.connection) {
      this._buckets = null;
    }
    this._location = location;
    this._typed = '';
    // What is shown belongs to another place.
    this._listing?.dispose();
    this._listing = null;
    this._shownTyped = '';
    this._selection = new Selection();
    await this._open();
    if (!this._isDisposed && isSame(location, this._location) && this.error === null) {
      this.memory.visit(location);
    }
  }

  /** Fetches the place anew; the rows that are there stay until then. */
  private async _open(count = 1): Promise<void> {
    const location = this._location;
    if (!location || this._isDisposed) {
      return;
    }
    this._pending?.dispose();
    const typed = this._typed;
    const listing = new Listing({ folder: location.prefix, fetch: this._fetcher(location, typed) });
    this._pending = listing;
    this._error = null;
    this._emit();
    void this._learn(location);
    do {
      await listing.more();
    } while (listing.rows.length < count && !listing.isComplete && listing.error === null && !listing.isDisposed);
    if (this._isDisposed || this._pending !== listing) {
      return; // an answer that nobody waits for any more
    }
    this._pending = null;
    if (listing.error !== null && this._listing) {
      // What was there before is better than nothing.
      this._error = listing.error;
      listing.dispose();
    } else {
      this._listing?.dispose();
      this._listing = listing;
      this._shownTyped = typed;
      this._selection = new Selection();
      listing.changed.connect(() => this._emit());
    }
    this._emit();
  }

  private _fetcher(location: ILocation, typed: string): (after: string | null, signal: AbortSignal) => Promise<IPage> {
    const { connection, bucket, prefix } = location;
    if (bucket !== null) {
      return (after, signal) =>
        this._client.objects(connection, bucket, prefix + typed, {
          after,
          signal,
          limit: after === null ? FIRST_PAGE : PAGE
        });
    }
    return async (_, signal) => {
      const found = await this._client.buckets(connection, { signal });
      if (!signal.aborted) {
        this._buckets = found;
      }
      const names = found.buckets.map(one => one.name).filter(name => name.startsWith(typed));
      return { objects: [], prefixes: names.map(name => `${name}/`), next: null };
    };
  }

  /** Learns what the store can do, where the list itself does not tell. */
  private async _learn(location: ILocation): Promise<void> {
    if (location.bucket === null || this._buckets) {
      return;
    }
    try {
      const found = await this._client.buckets(location.connection);
      if (this._location?.connection === location.connection) {
        this._buckets = found;
        this._emit();
      }
    } catch {
      // Keys that may not list buckets may list this one; then less is offered.
    }
  }

  private _emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private _at = -1;
  private _buckets: IBuckets | null = null;
  private _changed = new Signal<this, void>(this);
  private _client: DataClient;
  private _connections: IConnection[] = [];
  private _error: string | null = null;
  private _history: ILocation[] = [];
  private _isDisposed = false;
  private _isReady = false;
  private _listing: Listing | null = null;
  private _location: ILocation | null = null;
  private _pending: Listing | null = null;
  private _search: Debouncer;
  private _selection = new Selection();
  private _shownTyped = '';
  private _typed = '';
}

/** Statics of DataBrowser. */
export namespace DataBrowser {
  export interface IOptions {
    client: DataClient;
    memory: Memory;
    /** How long after the last key the server is asked, in milliseconds. */
    typingDelay?: number;
  }
}

namespace Private {
  export function rowId(row: IRow | undefined): string {
    return row ? `${row.folder ? '/' : ' '}${row.name}` : '';
  }
}
