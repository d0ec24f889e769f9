import { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Poll, Throttler } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { isActive } from '../states/states';
import type { ICellift, IRun, IRunEvent, ITask } from '../tokens';
import { LogModel } from './logModel';

/** How often a run that goes on is fetched when no event comes, in milliseconds. */
const ACTIVE_INTERVAL = 5_000;

/** Events of one run within this time lead to one fetch, in milliseconds. */
const EVENT_INTERVAL = 200;

/** One run, kept fresh until it is over; for the run page and the run card. */
export class RunModel implements IDisposable {
  constructor(options: RunModel.IOptions) {
    this.id = options.id;
    this._client = options.client;
    this._client.runChanged.connect(this._onRunChanged, this);
    this._client.refetch.connect(this._onRefetch, this);
    this._throttler = new Throttler(() => this.refresh(), { limit: EVENT_INTERVAL, edge: 'trailing' });
    this._poll = new Poll({
      name: `@cellift/labextension:run-${this.id}`,
      factory: () => this._fetch(),
      frequency: { interval: ACTIVE_INTERVAL, backoff: true, max: 12 * ACTIVE_INTERVAL },
      standby: 'when-hidden'
    });
  }

  readonly id: string;

  /** Something in this model is different. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The run; null until it is there. */
  get run(): IRun | null {
    return this._run;
  }

  /** Why the run could not be fetched; null when it could. */
  get error(): string | null {
    return this._error;
  }

  /** Whether the server does not know the run: it was removed, or belongs to another server. */
  get isMissing(): boolean {
    return this._isMissing;
  }

  /** Disk use in bytes; null until it is known. */
  get bytes(): number | null {
    return this._run?.bytes ?? null;
  }

  /** Id of the step whose details are shown. */
  get selected(): string | null {
    return this._selected ?? (this._run ? Private.interesting(this._run) : null);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Shows the details of a step. */
  select(task: string): void {
    this._selected = task;
    this._changed.emit();
  }

  /** The log of a step's last attempt; made when it is first asked for. */
  log(task: ITask): LogModel {
    const key = `${task.id}.${task.attempt}`;
    let log = this._logs.get(key);
    if (!log) {
      log = new LogModel({ client: this._client, run: this.id, task: task.id, attempt: Math.max(1, task.attempt) });
      this._logs.set(key, log);
    }
    return log;
  }

  /** Address of what a step showed. */
  fileUrl(task: string, file: string): string {
    return this._client.fileUrl(this.id, task, file);
  }

  /** Text of what a step showed. */
  fileText(task: string, file: string): Promise<string> {
    return this._client.fileText(this.id, task, file);
  }

  /** Fetches the run again; a failure is in `error`. */
  refresh(): Promise<void> {
    return this._fetch().catch(() => undefined);
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._logs.forEach(log => log.dispose());
    this._throttler.dispose();
    this._poll.dispose();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private async _fetch(): Promise<void> {
    const fetch = ++this._fetches;
    let run: IRun;
    try {
      run = await this._client.get(this.id);
    } catch (reason) {
      if (this._isDisposed) {
        return;
      }
      this._error = reason instanceof Error ? reason.message : String(reason);
      if (reason instanceof ServerConnection.ResponseError && reason.response.status === 404) {
        this._isMissing = true;
        this._changed.emit();
        void this._poll.stop();
        return;
      }
      this._changed.emit();
      throw reason;
    }
    if (this._isDisposed || fetch < this._newest) {
      return;
    }
    this._newest = fetch;
    this._run = run;
    this._error = null;
    this._isMissing = false;
    this._changed.emit();
    if (!isActive(run.state)) {
      void this._poll.stop();
    }
  }

  private _onRunChanged(_: ICellift, event: IRunEvent): void {
    if (event.run_id === this.id && !(this._run?.seq !== undefined && event.seq <= this._run.seq)) {
      void this._throttler.invoke();
    }
  }

  private _onRefetch(): void {
    if (!this._run || isActive(this._run.state)) {
      void this.refresh();
    }
  }

  private _changed = new Signal<this, void>(this);
  private _client: ICellift;
  private _error: string | null = null;
  private _isDisposed = false;
  private _isMissing = false;
  private _fetches = 0;
  private _logs = new Map<string, LogModel>();
  private _newest = 0;
  private _poll: Poll<void>;
  private _run: IRun | null = null;
  private _selected: string | null = null;
  private _throttler: Throttler<void>;
}

/** Statics of RunModel. */
export namespace RunModel {
  export interface IOptions {
    client: ICellift;
    id: string;
  }
}

namespace Private {
  /** The step that one wants to see first: the failed one, else the one that goes on, else the last that ran. */
  export function interesting(run: IRun): string | null {
    const { tasks } = run;
    const ran = tasks.filter(task => task.started !== null);
    const task =
      tasks.find(each => each.id === run.error?.task) ??
      tasks.find(each => each.state === 'FAILED') ??
      tasks.find(each => each.state === 'RUNNING') ??
      ran[ran.length - 1] ??
      tasks[0];
    return task?.id ?? null;
  }
}
