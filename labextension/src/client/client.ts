import type { INotebookContent } from '@jupyterlab/nbformat';
import type { Event } from '@jupyterlab/services';
import { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { IAnalysis, ICellift, IImported, ILogChunk, IRun, IRunEvent, IRunRequest, IRunSummary } from '../tokens';
import { endpointUrl, requestAPI, ResponseError } from './request';

/** Schema id of the events that say that a run changed. */
export const RUN_SCHEMA = 'https://schema.cellift.dev/run/v1';

/** How often the server is told that somebody looks, in milliseconds; its lease is 45 s. */
const WATCH_INTERVAL = 30_000;

/** REST and events of the Cellift server extension. */
export class CelliftClient implements ICellift, IDisposable {
  constructor(options: CelliftClient.IOptions) {
    this._settings = options.serverSettings;
    this._events = options.events;
    this._events.stream.connect(this._onEvent, this);
    // The server follows the journals of runs only while somebody looks.
    this._watch = new Poll({
      name: '@cellift/labextension:watch',
      auto: false,
      factory: () => this._request('watch', { method: 'POST', body: '{}' }),
      frequency: { interval: WATCH_INTERVAL, backoff: true, max: 10 * WATCH_INTERVAL },
      standby: 'when-hidden'
    });
    this._runChanged = new Private.StartingSignal<this, IRunEvent>(this, () => {
      void this._watch.start();
    });
    document.addEventListener('visibilitychange', this._onVisibility);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get runChanged(): ISignal<this, IRunEvent> {
    return this._runChanged;
  }

  get refetch(): ISignal<this, void> {
    return this._refetch;
  }

  get runStarted(): ISignal<this, IRun> {
    return this._runStarted;
  }

  status(): Promise<{ version: string; active: number }> {
    return this._request('status');
  }

  analyse(path: string, content: INotebookContent, options: { explain?: boolean } = {}): Promise<IAnalysis> {
    const query = options.explain ? '?explain=1' : '';
    return this._request(`graph${query}`, { method: 'POST', body: JSON.stringify({ path, content }) });
  }

  importKale(path: string, content: INotebookContent): Promise<IImported> {
    return this._request('import/kale', { method: 'POST', body: JSON.stringify({ path, content }) });
  }

  async start(request: IRunRequest): Promise<IRun> {
    const run = await this._request<IRun>('runs', { method: 'POST', body: JSON.stringify(request) });
    this._runStarted.emit(run);
    return run;
  }

  list(options: Parameters<ICellift['list']>[0] = {}): Promise<{ runs: IRunSummary[]; next: string | null }> {
    return this._request(`runs${Private.query(options)}`);
  }

  get(id: string): Promise<IRun> {
    return this._request(`runs/${encodeURIComponent(id)}`);
  }

  cancel(id: string): Promise<IRun> {
    return this._request(`runs/${encodeURIComponent(id)}/cancel`, { method: 'POST', body: '{}' });
  }

  async remove(id: string): Promise<void> {
    await this._request(`runs/${encodeURIComponent(id)}`, { method: 'DELETE' });
    // No event tells that a run is gone; notebooks whose latest it was look for the one before.
    this._refetch.emit();
  }

  logs(id: string, task: string, options: Parameters<ICellift['logs']>[2] = {}): Promise<ILogChunk> {
    return this._request(`runs/${encodeURIComponent(id)}/logs/${encodeURIComponent(task)}${Private.query(options)}`);
  }

  fileUrl(id: string, task: string, file: string): string {
    const path = file.split('/').map(encodeURIComponent).join('/');
    return endpointUrl(`runs/${encodeURIComponent(id)}/files/${encodeURIComponent(task)}/${path}`, this._settings);
  }

  async fileText(id: string, task: string, file: string): Promise<string> {
    const response = await ServerConnection.makeRequest(this.fileUrl(id, task, file), {}, this._settings);
    if (!response.ok) {
      throw new ResponseError(response, `${response.status} ${response.statusText}`);
    }
    return response.text();
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    document.removeEventListener('visibilitychange', this._onVisibility);
    this._watch.dispose();
    Signal.clearData(this);
  }

  private _request<T>(path: string, init: RequestInit = {}): Promise<T> {
    return requestAPI<T>(path, init, this._settings);
  }

  private _onEvent(_: Event.IManager, emission: Event.Emission): void {
    if (emission.schema_id === RUN_SCHEMA) {
      this._runChanged.emit(emission as unknown as IRunEvent);
    }
  }

  private _onVisibility = (): void => {
    if (document.hidden) {
      return;
    }
    if (this._runChanged.started) {
      void this._watch.refresh();
    }
    this._refetch.emit();
  };

  private _events: Event.IManager;
  private _isDisposed = false;
  private _refetch = new Signal<this, void>(this);
  private _runChanged: Private.StartingSignal<this, IRunEvent>;
  private _runStarted = new Signal<this, IRun>(this);
  private _settings: ServerConnection.ISettings;
  private _watch: Poll;
}

/** Statics of CelliftClient. */
export namespace CelliftClient {
  export interface IOptions {
    serverSettings: ServerConnection.ISettings;
    events: Event.IManager;
  }
}

namespace Private {
  /** A signal that tells when the first slot is connected to it. */
  export class StartingSignal<T, U> extends Signal<T, U> {
    constructor(sender: T, onFirst: () => void) {
      super(sender);
      this._onFirst = onFirst;
    }

    /** Whether a slot was ever connected. */
    get started(): boolean {
      return this._started;
    }

    override connect(slot: (sender: T, args: U) => void, thisArg?: unknown): boolean {
      const connected = super.connect(slot, thisArg);
      if (!this._started) {
        this._started = true;
        this._onFirst();
      }
      return connected;
    }

    private _onFirst: () => void;
    private _started = false;
  }

  /** A query string of the options that are set. */
  export function query(options: Record<string, string | number | undefined>): string {
    const entries = Object.entries(options).filter(([, value]) => value !== undefined && value !== '');
    return entries.length ? `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))}` : '';
  }
}
