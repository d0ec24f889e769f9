/** Rows that are selected, by their index, with the row that has the keyboard. */
export class Selection {
  /** The row that has the keyboard; -1: none yet. */
  get focus(): number {
    return this._focus;
  }

  get size(): number {
    return this._chosen.size;
  }

  /** The only selected row; -1 when there is none or more. */
  get only(): number {
    return this._chosen.size === 1 ? this.indexes[0] : -1;
  }

  /** The selected rows, from the first on. */
  get indexes(): number[] {
    return [...this._chosen].sort((a, b) => a - b);
  }

  has(index: number): boolean {
    return this._chosen.has(index);
  }

  /** Selects one row alone. */
  choose(index: number): void {
    this._chosen = new Set([index]);
    this._focus = this._anchor = index;
  }

  /** Selects the row besides the others, or no longer. */
  toggle(index: number): void {
    if (!this._chosen.delete(index)) {
      this._chosen.add(index);
    }
    this._focus = this._anchor = index;
  }

  /** Selects from where the selection began up to the row. */
  extend(index: number): void {
    const from = Math.max(0, this._anchor);
    this._chosen = new Set();
    for (let at = Math.min(from, index); at <= Math.max(from, index); at++) {
      this._chosen.add(at);
    }
    this._anchor = from;
    this._focus = index;
  }

  /** Gives the keyboard to the row and leaves what is selected. */
  moveFocus(index: number): void {
    this._focus = index;
  }

  all(count: number): void {
    this._chosen = new Set(Array.from({ length: count }, (_, index) => index));
  }

  clear(): void {
    this._chosen = new Set();
    this._anchor = this._focus;
  }

  private _anchor = -1;
  private _chosen = new Set<number>();
  private _focus = -1;
}
