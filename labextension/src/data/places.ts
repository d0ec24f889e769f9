import type { IConnection, IPlace } from './api';

/** The connection that is always there: the local tree. */
export const LOCAL = 'local';

/** Where one looks: all buckets of a connection, or a folder of a bucket. */
export interface ILocation {
  connection: string;
  /** null: the buckets. */
  bucket: string | null;
  /** The folder: empty, or it ends with a slash. */
  prefix: string;
}

/** Whether two locations are the same. */
export function isSame(a: ILocation | null, b: ILocation | null): boolean {
  return a?.connection === b?.connection && a?.bucket === b?.bucket && a?.prefix === b?.prefix;
}

/** The location that holds this one; null for the list of buckets. */
export function above(location: ILocation): ILocation | null {
  const { connection, bucket, prefix } = location;
  if (bucket === null) {
    return null;
  }
  return prefix ? { connection, bucket, prefix: folderOf(prefix) } : { connection, bucket: null, prefix: '' };
}

/** The prefix of the folder that a key, or a folder, is in. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/', key.length - 2) + 1);
}

/** The last part of a key, without the slash of a folder. */
export function nameOf(key: string): string {
  return key.slice(folderOf(key).length).replace(/\/$/, '');
}

/** Whether a key stands for all below it. */
export function isFolder(key: string): boolean {
  return key === '' || key.endsWith('/');
}

/** The locations on the way to this one, the bucket first. */
export function crumbs(location: ILocation): { label: string; location: ILocation }[] {
  const { connection, bucket, prefix } = location;
  if (bucket === null) {
    return [];
  }
  const found = [{ label: bucket, location: { connection, bucket, prefix: '' } }];
  for (let at = prefix.indexOf('/'); at !== -1; at = prefix.indexOf('/', at + 1)) {
    const folder = prefix.slice(0, at + 1);
    // A folder without a name is one, too: two slashes in a row.
    found.push({ label: nameOf(folder) || '/', location: { connection, bucket, prefix: folder } });
  }
  return found;
}

/** The name for people: `connection/bucket/key`. */
export function pathOf(place: IPlace): string {
  return `${place.connection}/${place.bucket}/${place.key}`;
}

/** The URI that Cellift's Python and fsspec take. */
export function celliftUri(place: IPlace): string {
  return `cellift://${pathOf(place)}`;
}

/** The URI that other tools take; null when the connection is no S3. */
export function s3Uri(place: IPlace, connection: IConnection | undefined): string | null {
  return connection?.kind === 's3' ? `s3://${place.bucket}/${place.key}` : null;
}

/** A name that is not taken: `data copy.csv`, `data copy 2.csv`. */
export function copyName(name: string, taken: (name: string) => boolean): string {
  const dot = name.lastIndexOf('.');
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  for (let count = 1; ; count++) {
    const candidate = `${stem} copy${count > 1 ? ` ${count}` : ''}${end}`;
    if (!taken(candidate)) {
      return candidate;
    }
  }
}
