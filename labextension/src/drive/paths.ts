import { PathExt } from '@jupyterlab/coreutils';
import type { IPlace } from '../data/api';

/** Name of the drive: its paths are `cellift:connection/bucket/key`. */
export const DRIVE = 'cellift';

/** What a path of the drive names, from its root down. */
export type Named =
  | { kind: 'root' }
  | { kind: 'connection'; connection: string }
  /** A bucket, an object or a folder: which one only the store knows. The key has no slash at its end. */
  | { kind: 'place'; place: IPlace };

/** What a local path (without the drive) names. */
export function named(localPath: string): Named {
  const [connection, bucket, ...rest] = localPath.replace(/^\/+|\/+$/g, '').split('/');
  if (!connection) {
    return { kind: 'root' };
  }
  return bucket === undefined
    ? { kind: 'connection', connection }
    : { kind: 'place', place: { connection, bucket, key: rest.join('/') } };
}

/** The local path of a bucket, an object or a folder. */
export function pathFor({ connection, bucket, key }: IPlace): string {
  return [connection, bucket, ...(key ? [key.replace(/\/$/, '')] : [])].join('/');
}

/**
 * Whether a path names this key and no other one.
 *
 * JupyterLab makes paths shorter as file systems do: `a//b` and `a/./b` would open `a/b`, which is another object.
 */
export function isNameable(key: string): boolean {
  const path = key.replace(/\/$/, '');
  return path !== '' && PathExt.join('x', path) === `x/${path}` && !path.startsWith('/');
}
