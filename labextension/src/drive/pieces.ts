import type { TranslationBundle } from '@jupyterlab/translation';
import type { IPlace } from '../data/api';
import type { DataClient } from '../data/client';
import { folderOf, nameOf } from '../data/places';
import { Upload } from '../data/transfers/upload';
import { refuse } from './refusals';

/** Files that the file browser uploads in pieces of 1 MiB; they go to the store as a whole once the last one is here. */
export class Pieces {
  constructor(private _options: { client: DataClient; trans: TranslationBundle }) {}

  /**
   * Takes the next piece.
   *
   * @param chunk - its number from 1 on, or -1 for the last one
   * @returns whether the object is written
   */
  async take(place: IPlace, path: string, chunk: number, piece: BlobPart): Promise<boolean> {
    if (chunk === 1) {
      this._begun.set(path, []);
    }
    const pieces = this._begun.get(path);
    if (!pieces || (chunk !== -1 && pieces.length !== chunk - 1)) {
      this._begun.delete(path);
      throw refuse(400, `A piece of “${nameOf(place.key)}” is missing. Upload the file again.`);
    }
    pieces.push(piece);
    if (chunk !== -1) {
      return false;
    }
    this._begun.delete(path);
    const name = nameOf(place.key);
    const to = { ...place, key: folderOf(place.key) };
    const upload = new Upload({ ...this._options, to, files: [{ file: new File(pieces, name), path: name }] });
    await upload.run();
    if (upload.state === 'waiting') {
      await upload.settle('replace'); // the file browser has asked whether it may
    }
    if (upload.state !== 'done') {
      const reason = upload.failures[0]?.reason ?? '';
      await upload.cancel();
      throw refuse(500, reason || `“${name}” could not be uploaded.`);
    }
    await upload.forget();
    return true;
  }

  private _begun = new Map<string, BlobPart[]>();
}
