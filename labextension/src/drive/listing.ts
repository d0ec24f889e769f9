import type { IObject, IPage } from '../data/api';
import type { DataClient } from '../data/client';
import type { ILocation } from '../data/places';
import { isNameable } from './paths';

/** Entries of a folder that are shown: JupyterLab's file browser holds all of them in the page. */
const MOST_SHOWN = 2000;
const PAGE = 1000;

/** What a folder of the drive shows. */
export interface IFolder {
  /** Objects, and null for folders, by their keys without a slash at the end. */
  entries: Map<string, IObject | null>;
  /** What no path can name. */
  hidden: number;
  /** There are more than are shown. */
  more: boolean;
}

/** Lists a folder as far as it is shown. */
export async function listFolder(client: DataClient, location: ILocation & { bucket: string }): Promise<IFolder> {
  const { connection, bucket, prefix } = location;
  const entries = new Map<string, IObject | null>();
  let hidden = 0;
  let next: string | null = null;
  do {
    const page: IPage = await client.objects(connection, bucket, prefix, { after: next, limit: PAGE });
    for (const object of page.objects) {
      const { key } = object;
      if (key === prefix) {
        continue; // the marker of this folder
      }
      if (isNameable(key.slice(prefix.length)) && !key.endsWith('/') && !entries.has(key)) {
        entries.set(key, object);
      } else {
        hidden += 1;
      }
    }
    for (const folder of page.prefixes) {
      const key = folder.slice(0, -1);
      const canBeNamed = isNameable(folder.slice(prefix.length));
      // An object may have the name of a folder beside it; one path cannot name both.
      hidden += !canBeNamed || entries.has(key) ? 1 : 0;
      if (canBeNamed) {
        entries.set(key, null);
      }
    }
    next = page.next;
  } while (next !== null && entries.size < MOST_SHOWN);
  return { entries, hidden, more: next !== null };
}
