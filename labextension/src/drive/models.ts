import type { Contents } from '@jupyterlab/services';
import type { IBucket, IObject, IObjectDetails, IPlace } from '../data/api';
import { nameOf } from '../data/places';
import { pathFor } from './paths';

/** Said of what has no time: the buckets of some stores, connections, folders. JupyterLab then shows none. */
const NO_TIME = '';

/** A folder of the drive, with what is in it when that was asked for. */
export function folderModel(path: string, content: Contents.IModel[] | null, writable: boolean): Contents.IModel {
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    type: 'directory',
    writable,
    created: NO_TIME,
    last_modified: NO_TIME,
    mimetype: '',
    content,
    format: content === null ? null : 'json'
  };
}

/** A bucket in the list of a connection. */
export function bucketModel(connection: string, bucket: IBucket, writable: boolean): Contents.IModel {
  const model = folderModel(`${connection}/${bucket.name}`, null, writable);
  return bucket.created ? { ...model, created: bucket.created, last_modified: bucket.created } : model;
}

/** An object, without its content. */
export function objectModel(place: IPlace, found: IObject | IObjectDetails, writable: boolean): Contents.IModel {
  const time = found.modified ?? NO_TIME;
  return {
    name: nameOf(place.key),
    path: pathFor(place),
    type: isNotebook(place.key) ? 'notebook' : 'file',
    writable,
    created: time,
    last_modified: time,
    mimetype: 'content_type' in found ? found.content_type : '',
    content: null,
    format: null,
    size: found.size,
    ...(found.etag ? { hash: found.etag, hash_algorithm: 'etag' } : {})
  };
}

/** Whether a name is that of a notebook. */
export function isNotebook(key: string): boolean {
  return key.toLowerCase().endsWith('.ipynb');
}
