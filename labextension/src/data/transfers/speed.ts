/** How far back the speed is measured, in milliseconds. */
const WINDOW = 5000;

/** Bytes a second, over the last few seconds. */
export class Speed {
  constructor(clock: () => number = () => performance.now()) {
    this._clock = clock;
    this._seen = [{ time: clock(), bytes: 0 }];
  }

  get value(): number {
    const first = this._seen[0];
    const last = this._seen[this._seen.length - 1];
    const seconds = (Math.max(this._clock(), last.time) - first.time) / 1000;
    return seconds > 0 ? Math.max(0, last.bytes - first.bytes) / seconds : 0;
  }

  /** So many bytes are there by now. */
  tell(bytes: number): void {
    const now = this._clock();
    this._seen.push({ time: now, bytes });
    while (this._seen.length > 2 && this._seen[0].time < now - WINDOW) {
      this._seen.shift();
    }
  }

  private _clock: () => number;
  private _seen: { time: number; bytes: number }[];
}
