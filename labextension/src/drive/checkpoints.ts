import type { Contents } from '@jupyterlab/services';

/** Objects larger than this have no checkpoint. */
const LARGEST = 8 << 20;

/** Checkpoints that are kept. */
const MOST = 30;

/**
 * The content that objects had when they were opened, for "Revert to Checkpoint": one each, until the page is left.
 *
 * A store keeps older states of objects where versioning is on; the section "Data" brings these back.
 */
export class Checkpoints {
  /** Whether an object of this size has one. */
  takes(size: number): boolean {
    return size <= LARGEST;
  }

  keep(path: string, content: Blob): Contents.ICheckpointModel {
    this._kept.delete(path);
    const model = { id: 'opened', last_modified: new Date().toISOString() };
    this._kept.set(path, { content, model });
    if (this._kept.size > MOST) {
      this._kept.delete(this._kept.keys().next().value as string);
    }
    return model;
  }

  list(path: string): Contents.ICheckpointModel[] {
    const kept = this._kept.get(path);
    return kept ? [kept.model] : [];
  }

  content(path: string): Blob | null {
    return this._kept.get(path)?.content ?? null;
  }

  forget(path: string): void {
    this._kept.delete(path);
  }

  rename(path: string, to: string): void {
    const kept = this._kept.get(path);
    if (kept) {
      this._kept.delete(path);
      this._kept.set(to, kept);
    }
  }

  private _kept = new Map<string, { content: Blob; model: Contents.ICheckpointModel }>();
}
