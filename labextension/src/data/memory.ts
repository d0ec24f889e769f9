import type { IStateDB } from '@jupyterlab/statedb';
import type { PartialJSONObject, ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { ILocation } from './places';
import { isSame } from './places';

/** Where it is kept. */
const STATE_KEY = '@cellift/labextension:data';

/** Recent places that are kept. */
const MOST_RECENT = 12;

/** What is remembered from one page to the next: where one was, favourites, recent places. */
export class Memory {
  constructor(state: IStateDB | null) {
    this._state = state;
    this._loaded = this._load();
  }

  /** Resolves when it is known what was remembered. */
  get loaded(): Promise<void> {
    return this._loaded;
  }

  get last(): ILocation | null {
    return this._recent[0] ?? null;
  }

  get favourites(): readonly ILocation[] {
    return this._favourites;
  }

  get recent(): readonly ILocation[] {
    return this._recent;
  }

  isFavourite(location: ILocation): boolean {
    return this._favourites.some(one => isSame(one, location));
  }

  visit(location: ILocation): void {
    this._recent = [location, ...this._recent.filter(one => !isSame(one, location))].slice(0, MOST_RECENT);
    this._save();
  }

  toggleFavourite(location: ILocation): void {
    this._favourites = this.isFavourite(location)
      ? this._favourites.filter(one => !isSame(one, location))
      : [...this._favourites, location];
    this._save();
  }

  /** Forgets the places of a connection that is gone, or of one of its buckets. */
  forget(connection: string, bucket?: string): void {
    const stays = (one: ILocation) => one.connection !== connection || (bucket !== undefined && one.bucket !== bucket);
    this._recent = this._recent.filter(stays);
    this._favourites = this._favourites.filter(stays);
    this._save();
  }

  private async _load(): Promise<void> {
    const saved = await this._state?.fetch(STATE_KEY).catch(() => undefined);
    const { recent, favourites } = (saved ?? {}) as { recent?: unknown; favourites?: unknown };
    this._recent = [...this._recent, ...Private.locations(recent)].slice(0, MOST_RECENT);
    this._favourites = Private.locations(favourites);
  }

  private _save(): void {
    const value = { recent: this._recent, favourites: this._favourites } as unknown as PartialJSONObject;
    void this._state?.save(STATE_KEY, value as ReadonlyPartialJSONValue).catch(() => undefined);
  }

  private _favourites: ILocation[] = [];
  private _loaded: Promise<void>;
  private _recent: ILocation[] = [];
  private _state: IStateDB | null;
}

namespace Private {
  /** What of a value that was saved are locations: another version may have saved it. */
  export function locations(value: unknown): ILocation[] {
    return (Array.isArray(value) ? value : []).filter(
      one =>
        typeof one?.connection === 'string' &&
        (one.bucket === null || typeof one.bucket === 'string') &&
        typeof one.prefix === 'string'
    );
  }
}
