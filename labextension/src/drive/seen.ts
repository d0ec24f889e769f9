/**
 * Which state of each object this page knows, so that saving never overwrites what nobody here has seen.
 *
 * JupyterLab asks for the state before it saves, and puts the question to the user when it is not the one that was
 * opened. Between that question and the write, and between the write and the next look, somebody else may be faster:
 * the write names the state that was last seen, and the look right after it gives the state that the write has made.
 */
export class Seen {
  /** Somebody looked, and there was this state; null: nothing was there. */
  saw(path: string, etag: string | null): void {
    this._states.set(path, etag);
  }

  /** This page has made this state. */
  wrote(path: string, etag: string): void {
    this._states.set(path, etag);
    this._written.add(path);
  }

  /** Whether this page wrote the state that it knows and nobody has looked since; true only once. */
  takeWritten(path: string): boolean {
    return this._written.delete(path);
  }

  /** What a write must find: an etag, nothing at all, or anything when nobody has looked. */
  condition(path: string): { ifMatch?: string; ifNew?: boolean } {
    const state = this._states.get(path);
    return state === undefined || state === '' ? {} : state === null ? { ifNew: true } : { ifMatch: state };
  }

  forget(path: string): void {
    this._states.delete(path);
    this._written.delete(path);
  }

  private _states = new Map<string, string | null>();
  private _written = new Set<string>();
}
