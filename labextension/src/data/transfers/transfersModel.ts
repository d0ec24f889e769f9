import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { ITransfer, ITransferRequest } from '../api';
import type { DataClient } from '../client';
import { statusOf, wordsOf } from '../errorWords';

/** How often the server is asked while something runs, in milliseconds. */
const INTERVAL = 700;

/** The transfers that the server carries; asked for again and again only while one runs. */
export class TransfersModel implements IDisposable {
  constructor(options: TransfersModel.IOptions) {
    this._client = options.client;
    const interval = options.interval ?? INTERVAL;
    this._poll = new Poll({
      name: '@cellift/labextension:transfers',
      auto: false,
      factory: () => this.refresh(),
      frequency: { interval, backoff: true, max: 10 * interval },
      standby: 'when-hidden'
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** One that was seen running is over. */
  get ended(): ISignal<this, ITransfer> {
    return this._ended;
  }

  /** All of them, newest first. */
  get transfers(): readonly ITransfer[] {
    return this._transfers;
  }

  /** Why they could not be asked for; null when they could. */
  get error(): string | null {
    return this._error;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  /** Asks for all of them; a failure is in `error`. */
  async refresh(): Promise<void> {
    const asked = ++this._asked;
    try {
      const found = await this._client.transfers();
      if (this.isDisposed || asked !== this._asked) {
        return;
      }
      this._error = null;
      this._take(found);
    } catch (reason) {
      if (!this.isDisposed && asked === this._asked) {
        this._error = wordsOf(reason);
        this._changed.emit();
      }
      return;
    }
  }

  /** Begins one; rejects when the server refuses it. */
  async start(request: ITransferRequest): Promise<ITransfer> {
    const transfer = await this._client.startTransfer(request);
    this.update(transfer);
    return transfer;
  }

  /** Takes over what is known of one. */
  update(transfer: ITransfer): void {
    if (!this.isDisposed) {
      this._asked += 1; // a list that was asked for before may be older
      const others = this._transfers.filter(one => one.id !== transfer.id);
      this._take([transfer, ...others]);
    }
  }

  /** Cancels one that runs; takes one that is over from the list. */
  async end(id: string): Promise<void> {
    try {
      const transfer = await this._client.endTransfer(id);
      if (transfer) {
        this.update(transfer);
        return;
      }
    } catch (reason) {
      if (statusOf(reason) !== 404) {
        this._error = wordsOf(reason);
        this._changed.emit();
        return;
      }
    }
    this._take(this._transfers.filter(one => one.id !== id));
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._poll.dispose();
      Signal.clearData(this);
    }
  }

  private _take(transfers: ITransfer[]): void {
    const before = this._running;
    this._transfers = [...transfers].sort((a, b) => b.started.localeCompare(a.started));
    this._running = new Set(transfers.filter(one => one.state === 'running').map(one => one.id));
    if (this._running.size && !before.size) {
      void this._poll.start();
    } else if (!this._running.size && before.size) {
      void this._poll.stop();
    }
    this._changed.emit();
    for (const transfer of transfers) {
      if (transfer.state !== 'running' && before.has(transfer.id)) {
        this._ended.emit(transfer);
      }
    }
  }

  private _asked = 0;
  private _changed = new Signal<this, void>(this);
  private _client: DataClient;
  private _ended = new Signal<this, ITransfer>(this);
  private _error: string | null = null;
  private _poll: Poll<void>;
  private _running = new Set<string>();
  private _transfers: ITransfer[] = [];
}

/** Statics of TransfersModel. */
export namespace TransfersModel {
  export interface IOptions {
    client: DataClient;
    /** How often the server is asked while something runs, in milliseconds. */
    interval?: number;
  }
}
