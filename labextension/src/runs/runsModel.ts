import { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer, Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { isActive } from '../states/states';
import type { ICellift, IRun, IRunEvent, IRunSummary } from '../tokens';
import { summarise } from './summary';

/** How often the list is fetched when no event says that something changed, in milliseconds. */
const IDLE_INTERVAL = 120_000;
const ACTIVE_INTERVAL = 10_000;

/** More runs than this are not going on at once. */
const ACTIVE_LIMIT = 200;

/**
 * The runs of this user: those that go on first, then newest first, page by page.
 *
 * Kept fresh by the client's events; a slow poll that rests while the page is hidden stands in where events do not come.
 */
export class RunsModel implements IDisposable {
  constructor(options: RunsModel.IOptions) {
    this._client = options.client;
    this._pageSize = options.pageSize ?? 50;
    this._client.runChanged.connect(this._onRunChanged, this);
    this._client.runStarted.connect(this._onRunStarted, this);
    this._client.refetch.connect(this._onRefetch, this);
    this._fetchDirty = new Debouncer(() => this._fetchChanged(), 150);
    this._poll = new Poll({
      name: '@cellift/labextension:runs',
      factory: () => this._fetch(),
      frequency: { interval: IDLE_INTERVAL, backoff: true, max: 5 * IDLE_INTERVAL },
      standby: 'when-hidden'
    });
  }

  /** Something in this model is different. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** A run that went on is over. */
  get finished(): ISignal<this, IRunSummary> {
    return this._finished;
  }

  /** The runs that match the filter and are loaded: active first, then newest first. */
  get runs(): readonly IRunSummary[] {
    return this._order.map(id => this._known.get(id)).filter((run): run is IRunSummary => run !== undefined);
  }

  /** The runs that go on, whether they match the filter or not; newest first. */
  get active(): readonly IRunSummary[] {
    return [...this._known.values()].filter(run => isActive(run.state)).sort(Private.newestFirst);
  }

  /** Whether the server has more runs than are loaded. */
  get hasMore(): boolean {
    return this._next !== null;
  }

  /** Text that the runs must hold; empty: all runs. */
  get filter(): string {
    return this._filter;
  }

  /** Whether the runs were fetched once. */
  get isReady(): boolean {
    return this._isReady;
  }

  /** Why the last fetch failed; null when it did not. */
  get error(): string | null {
    return this._error;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The run, when it is loaded. */
  find(id: string): IRunSummary | undefined {
    return this._known.get(id);
  }

  /** Whether the run was started from this page. */
  isOwn(id: string): boolean {
    return this._own.has(id);
  }

  /** Fetches what is shown again; a failure is in `error`. */
  refresh(): Promise<void> {
    return this._fetch().catch(() => undefined);
  }

  /** Loads the next page. */
  async more(): Promise<void> {
    if (this._next !== null) {
      this._pages += 1;
      await this.refresh();
    }
  }

  /** Shows only the runs that hold the text; resolves when they are there. */
  async setFilter(filter: string): Promise<void> {
    if (filter !== this._filter) {
      this._filter = filter;
      this._pages = 1;
      await this.refresh();
    }
  }

  /** Ends the run early. */
  async cancel(id: string): Promise<void> {
    this._update(await this._client.cancel(id));
  }

  /** Removes the run with its logs and values. */
  async remove(id: string): Promise<void> {
    await this._client.remove(id);
    this._forget(id);
    this._changed.emit();
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._poll.dispose();
    this._fetchDirty.dispose();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private async _fetch(): Promise<void> {
    const filter = this._filter;
    const fetch = ++this._fetches;
    try {
      const [{ runs: going }, { runs, next }] = await Promise.all([
        this._client.list({ state: 'active', limit: ACTIVE_LIMIT }),
        this._fetchPages(filter)
      ]);
      if (this._isDisposed || fetch !== this._fetches) {
        return; // a later fetch tells more
      }
      this._replace(going, runs, next);
      this._error = null;
    } catch (reason) {
      if (!this._isDisposed && fetch === this._fetches) {
        this._error = reason instanceof Error ? reason.message : String(reason);
        this._isReady = true;
        this._changed.emit();
      }
      throw reason;
    }
    this._isReady = true;
    this._changed.emit();
  }

  /** The pages that are shown, anew. */
  private async _fetchPages(filter: string): Promise<{ runs: IRunSummary[]; next: string | null }> {
    const runs: IRunSummary[] = [];
    let next: string | null = null;
    for (let page = 0; page < this._pages && (page === 0 || next !== null); page++) {
      const answer: { runs: IRunSummary[]; next: string | null } = await this._client.list({
        limit: this._pageSize,
        cursor: next ?? undefined,
        q: filter || undefined
      });
      runs.push(...answer.runs);
      next = answer.next;
    }
    return { runs, next };
  }

  /** Takes over what the server has now. */
  private _replace(active: IRunSummary[], page: IRunSummary[], next: string | null): void {
    const before = this._known;
    this._known = new Map([...active, ...page].map(run => [run.id, run]));
    this._next = next;
    const shown = new Set(page.map(run => run.id));
    if (!this._filter) {
      active.forEach(run => shown.add(run.id));
    }
    this._order = [...shown];
    this._sort();
    for (const run of before.values()) {
      const now = this._known.get(run.id);
      if (isActive(run.state) && now && !isActive(now.state)) {
        this._finished.emit(now);
      } else if (isActive(run.state) && !now) {
        // It is over, and not among the runs that are shown: ask for it alone.
        this._dirty.add(run.id);
        this._known.set(run.id, run);
        void this._fetchDirty.invoke();
      }
    }
  }

  private _onRunChanged(_: ICellift, event: IRunEvent): void {
    this._dirty.add(event.run_id);
    void this._fetchDirty.invoke();
  }

  private _onRunStarted(_: ICellift, run: IRun): void {
    this._own.add(run.id);
    this._update(run);
  }

  private _onRefetch(): void {
    void this.refresh();
  }

  private async _fetchChanged(): Promise<void> {
    const ids = [...this._dirty];
    this._dirty.clear();
    await Promise.all(
      ids.map(async id => {
        try {
          this._update(await this._client.get(id));
        } catch (reason) {
          if (reason instanceof ServerConnection.ResponseError && reason.response.status === 404) {
            this._forget(id);
            this._changed.emit();
          }
          // Otherwise the poll brings it, and says what is wrong.
        }
      })
    );
  }

  private _update(run: IRun): void {
    const seen = this._seen.get(run.id) ?? 0;
    if (this._isDisposed || (run.seq ?? seen) < seen) {
      return; // an answer that was overtaken by a later one
    }
    this._seen.set(run.id, run.seq ?? seen);
    const before = this._known.get(run.id);
    const now = summarise(run, before);
    this._known.set(run.id, now);
    if (!this._order.includes(run.id) && !this._filter) {
      this._order.push(run.id);
    }
    this._sort();
    this._changed.emit();
    if (!isActive(now.state) && (before ? isActive(before.state) : this._own.has(run.id))) {
      this._finished.emit(now);
    }
  }

  private _forget(id: string): void {
    this._known.delete(id);
    this._seen.delete(id);
    this._order = this._order.filter(other => other !== id);
  }

  private _sort(): void {
    const known = this._known;
    this._order.sort((a, b) => Private.activeFirst(known.get(a), known.get(b)));
    const active = this.active.length > 0;
    if (active !== this._hasActive) {
      this._hasActive = active;
      const interval = active ? ACTIVE_INTERVAL : IDLE_INTERVAL;
      this._poll.frequency = { interval, backoff: true, max: 5 * IDLE_INTERVAL };
    }
  }

  private _changed = new Signal<this, void>(this);
  private _client: ICellift;
  private _dirty = new Set<string>();
  private _error: string | null = null;
  private _fetchDirty: Debouncer<void>;
  private _fetches = 0;
  private _filter = '';
  private _finished = new Signal<this, IRunSummary>(this);
  private _hasActive = false;
  private _isDisposed = false;
  private _isReady = false;
  private _known = new Map<string, IRunSummary>();
  private _next: string | null = null;
  private _order: string[] = [];
  private _own = new Set<string>();
  private _pages = 1;
  private _pageSize: number;
  private _poll: Poll<void>;
  private _seen = new Map<string, number>();
}

/** Statics of RunsModel. */
export namespace RunsModel {
  export interface IOptions {
    client: ICellift;
    /** Runs per page, 50 by default. */
    pageSize?: number;
  }
}

namespace Private {
  export function newestFirst(a: IRunSummary, b: IRunSummary): number {
    return b.created.localeCompare(a.created) || b.id.localeCompare(a.id);
  }

  export function activeFirst(a?: IRunSummary, b?: IRunSummary): number {
    if (!a || !b) {
      return 0;
    }
    return Number(isActive(b.state)) - Number(isActive(a.state)) || newestFirst(a, b);
  }
}
