import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { IPlace, ITransfer } from '../api';
import type { DataClient } from '../client';
import type { ILocalFile } from './upload';
import { Upload } from './upload';

/** The uploads of this page; the browser warns before the page is left while one runs. */
export class Uploads implements IDisposable {
  constructor(options: Uploads.IOptions) {
    this._options = options;
    window.addEventListener('beforeunload', this._onLeave);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** One has nothing more to send: it is over, or waits for somebody. */
  get paused(): ISignal<this, Upload> {
    return this._paused;
  }

  /** All of them, newest first. */
  get uploads(): readonly Upload[] {
    return this._uploads;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Sends files into a folder. */
  start(to: IPlace, files: ILocalFile[]): Upload {
    return this._add(new Upload({ ...this._options, to, files }));
  }

  /** Goes on with an upload that another page began, with the same file. */
  adopt(transfer: ITransfer, file: File): Upload {
    // The place is known to the server; the name is for people.
    const to = { connection: '', bucket: '', key: '' };
    return this._add(new Upload({ ...this._options, to, files: [{ file, path: file.name, transfer: transfer.id }] }));
  }

  /** Whether the server's transfer belongs to an upload of this page. */
  owns(id: string): boolean {
    return this._uploads.some(one => one.owns(id));
  }

  /** Continues an upload that waits. */
  async go(upload: Upload, how: 'retry' | 'replace' | 'skip'): Promise<void> {
    await (how === 'retry' ? upload.retry() : upload.settle(how));
    this._paused.emit(upload);
  }

  /** Cancels an upload that runs or waits; takes one that is over from the list. */
  async end(upload: Upload): Promise<void> {
    if (upload.state === 'running' || upload.state === 'waiting' || upload.state === 'broken') {
      await upload.cancel();
    } else {
      await upload.forget();
      this._uploads = this._uploads.filter(one => one !== upload);
    }
    this._changed.emit();
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    window.removeEventListener('beforeunload', this._onLeave);
    Signal.clearData(this);
  }

  private _add(upload: Upload): Upload {
    this._uploads = [upload, ...this._uploads];
    upload.changed.connect(() => this._changed.emit());
    this._changed.emit();
    void upload.run().then(() => {
      if (!this._isDisposed) {
        this._paused.emit(upload);
      }
    });
    return upload;
  }

  private _onLeave = (event: BeforeUnloadEvent): void => {
    if (this._uploads.some(one => one.state === 'running')) {
      event.preventDefault();
    }
  };

  private _changed = new Signal<this, void>(this);
  private _isDisposed = false;
  private _options: Uploads.IOptions;
  private _paused = new Signal<this, Upload>(this);
  private _uploads: Upload[] = [];
}

/** Statics of Uploads. */
export namespace Uploads {
  export interface IOptions {
    client: DataClient;
    trans: TranslationBundle;
    /** The pause before a request without answer is sent again, in milliseconds. */
    pause?: number;
  }
}
