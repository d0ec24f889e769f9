import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { IEndpoint } from '../api';
import type { DataClient } from '../client';
import { wordsOf } from '../errorWords';

/** How often the server is asked while the endpoint runs, in milliseconds. */
const INTERVAL = 10_000;

/** The S3 endpoint over the local tree that the server starts on demand; asked for again and again only while it runs. */
export class EndpointModel implements IDisposable {
  constructor(options: EndpointModel.IOptions) {
    this._options = options;
    const interval = options.interval ?? INTERVAL;
    this._poll = new Poll({
      name: '@cellift/labextension:endpoint',
      auto: false,
      factory: () => this.refresh(),
      frequency: { interval, backoff: true, max: 10 * interval },
      standby: 'when-hidden'
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What is known of it; null before the server was asked. */
  get endpoint(): IEndpoint | null {
    return this._endpoint;
  }

  get isRunning(): boolean {
    return this._endpoint?.running ?? false;
  }

  /** What is being done with it. */
  get busy(): 'start' | 'stop' | null {
    return this._busy;
  }

  /** It ran, and was not stopped here. */
  get hasEnded(): boolean {
    return this._hasEnded;
  }

  /** Why what was wanted last did not happen; null when it did. */
  get error(): string | null {
    return this._error;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  /** Asks for its state; a failure is in `error`. */
  async refresh(): Promise<void> {
    if (this._busy) {
      return;
    }
    const asked = ++this._asked;
    try {
      const found = await this._options.client.endpoint();
      if (asked === this._asked) {
        this._hasEnded = !found.running && (this._hasEnded || this.isRunning);
        this._take(found, null);
      }
    } catch (reason) {
      if (asked === this._asked) {
        this._take(this._endpoint, wordsOf(reason));
      }
    }
  }

  /** Starts it, unless it runs. */
  start(): Promise<void> {
    return this._do('start', () => this._options.client.startEndpoint());
  }

  /** Stops it. */
  stop(): Promise<void> {
    return this._do('stop', async () => {
      await this._options.client.stopEndpoint();
      return { running: false, url: '', variables: [], replaces: [] };
    });
  }

  /** Puts its address into the clipboard. */
  copyAddress(): void {
    if (this._endpoint?.url) {
      this._options.copyText(this._endpoint.url);
    }
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._poll.dispose();
      Signal.clearData(this);
    }
  }

  private async _do(what: 'start' | 'stop', ask: () => Promise<IEndpoint>): Promise<void> {
    if (this._busy) {
      return;
    }
    this._asked += 1; // what was asked for before may be older
    this._busy = what;
    this._error = null;
    this._changed.emit();
    let found = this._endpoint;
    let error: string | null = null;
    try {
      found = await ask();
      this._hasEnded = false;
    } catch (reason) {
      error = wordsOf(reason);
    }
    this._busy = null;
    this._take(found, error);
  }

  private _take(endpoint: IEndpoint | null, error: string | null): void {
    if (this.isDisposed) {
      return;
    }
    const was = this.isRunning;
    this._endpoint = endpoint;
    this._error = error;
    if (this.isRunning && !was) {
      void this._poll.start();
    } else if (was && !this.isRunning) {
      void this._poll.stop();
    }
    this._changed.emit();
  }

  private _asked = 0;
  private _busy: 'start' | 'stop' | null = null;
  private _changed = new Signal<this, void>(this);
  private _endpoint: IEndpoint | null = null;
  private _error: string | null = null;
  private _hasEnded = false;
  private _options: EndpointModel.IOptions;
  private _poll: Poll<void>;
}

/** Statics of EndpointModel. */
export namespace EndpointModel {
  export interface IOptions {
    client: DataClient;
    copyText: (text: string) => void;
    /** How often the server is asked while it runs, in milliseconds. */
    interval?: number;
  }
}
