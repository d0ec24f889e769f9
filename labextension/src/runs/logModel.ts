import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { ICellift, ILogChunk } from '../tokens';
import { LogText } from './logText';

/** What is loaded at first and with each step back, in bytes. */
const TAIL = 64 * 1024;

/** What is asked for at once when following and when downloading, in bytes. */
const PIECE = 512 * 1024;

/** How often a log that grows is looked at, in milliseconds. */
const FOLLOW_INTERVAL = 700;

/**
 * The log of one attempt of a task: its tail first, then followed by byte offsets until the task is over.
 *
 * It is followed only between `open` and `close`: while somebody looks at it.
 */
export class LogModel implements IDisposable {
  constructor(options: LogModel.IOptions) {
    this._options = options;
  }

  /** Something in this model is different. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What is loaded. */
  get text(): LogText {
    return this._text;
  }

  /** Whether the log has lines before those that are loaded. */
  get hasEarlier(): boolean {
    return this._start > 0;
  }

  /** Size of the log on the server, in bytes. */
  get size(): number {
    return this._size;
  }

  /** Whether the task is over and everything was read. */
  get isDone(): boolean {
    return this._isDone;
  }

  /** Whether the log was read once. */
  get isReady(): boolean {
    return this._isReady;
  }

  /** Why the log could not be read; null when it could. */
  get error(): string | null {
    return this._error;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Starts to follow; every call needs its `close`. */
  open(): void {
    this._open += 1;
    if (this._isDisposed || this._isDone) {
      return;
    }
    if (!this._poll) {
      this._poll = new Poll({
        name: `@cellift/labextension:log-${this._options.run}-${this._options.task}`,
        auto: false,
        factory: () => this._read(),
        frequency: { interval: FOLLOW_INTERVAL, backoff: true, max: 20 * FOLLOW_INTERVAL },
        standby: 'when-hidden'
      });
    }
    void this._poll.refresh();
  }

  /** Nobody looks any more. */
  close(): void {
    this._open -= 1;
    if (this._open === 0 && this._poll && !this._isDisposed) {
      void this._poll.stop();
    }
  }

  /** Loads the lines before those that are loaded. */
  async earlier(): Promise<void> {
    if (this._start === 0 || this._loadingEarlier) {
      return;
    }
    this._loadingEarlier = true;
    try {
      const end = this._start;
      const chunk = await this._logs({ offset: Math.max(0, end - TAIL), limit: Math.min(TAIL, end) });
      if (this._isDisposed) {
        return;
      }
      let text = chunk.text;
      let start = Math.max(0, end - TAIL);
      if (start > 0) {
        // Begin with a whole line; what is cut off comes with the next step back.
        const newline = text.indexOf('\n');
        if (newline !== -1 && newline < text.length - 1) {
          const cut = text.slice(0, newline + 1);
          start += Private.byteLength(cut);
          text = text.slice(newline + 1);
        }
      }
      this._start = start;
      this._text = this._text.prepend(text);
      this._error = null;
    } catch (reason) {
      this._error = reason instanceof Error ? reason.message : String(reason);
    } finally {
      this._loadingEarlier = false;
    }
    this._changed.emit();
  }

  /** The whole log, for a download. */
  async whole(): Promise<string> {
    const parts: string[] = [];
    let offset = 0;
    for (;;) {
      const chunk = await this._logs({ offset, limit: PIECE });
      parts.push(chunk.text);
      if (chunk.offset <= offset || chunk.offset >= chunk.size) {
        return parts.join('');
      }
      offset = chunk.offset;
    }
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._poll?.dispose();
    Signal.clearData(this);
  }

  private async _read(): Promise<void> {
    try {
      let chunk: ILogChunk;
      do {
        chunk = await this._next();
        if (this._isDisposed) {
          return;
        }
        this._take(chunk);
      } while (!chunk.done && chunk.text && chunk.offset < chunk.size);
    } catch (reason) {
      if (!this._isDisposed) {
        this._error = reason instanceof Error ? reason.message : String(reason);
        this._isReady = true;
        this._changed.emit();
      }
      throw reason;
    }
    if (this._isDone) {
      void this._poll?.stop();
    }
  }

  private _next(): Promise<ILogChunk> {
    return this._isReady && !this._error
      ? this._logs({ offset: this._offset, limit: PIECE })
      : this._logs(this._offset > 0 ? { offset: this._offset, limit: PIECE } : { tail: TAIL });
  }

  private _take(chunk: ILogChunk): void {
    const first = !this._isReady || this._error !== null;
    if (this._offset === 0 && chunk.text) {
      this._start = chunk.offset - Private.byteLength(chunk.text);
      if (this._start < 0) {
        this._start = 0;
      }
    }
    this._offset = chunk.offset;
    this._size = chunk.size;
    this._isReady = true;
    this._error = null;
    const done = chunk.done && chunk.offset >= chunk.size;
    const changed = first || chunk.text !== '' || done !== this._isDone;
    this._isDone = done;
    if (chunk.text) {
      this._text = this._text.append(chunk.text);
      if (this._text.dropped > 0) {
        this._start = Math.max(this._start, this._offset - this._text.bytes);
      }
    }
    if (changed) {
      this._changed.emit();
    }
  }

  private _logs(options: Parameters<ICellift['logs']>[2]): Promise<ILogChunk> {
    const { client, run, task, attempt } = this._options;
    return client.logs(run, task, { attempt, ...options });
  }

  private _changed = new Signal<this, void>(this);
  private _error: string | null = null;
  private _isDisposed = false;
  private _isDone = false;
  private _isReady = false;
  private _loadingEarlier = false;
  private _offset = 0;
  private _open = 0;
  private _options: LogModel.IOptions;
  private _poll: Poll<void> | null = null;
  private _size = 0;
  private _start = 0;
  private _text = new LogText();
}

/** Statics of LogModel. */
export namespace LogModel {
  export interface IOptions {
    client: ICellift;
    run: string;
    task: string;
    attempt: number;
  }
}

namespace Private {
  const encoder = new TextEncoder();

  export function byteLength(text: string): number {
    return encoder.encode(text).length;
  }
}
