import type { INotebookContent } from '@jupyterlab/nbformat';
import { ServerConnection } from '@jupyterlab/services';
import { endpointUrl, requestAPI, ResponseError } from '../client/request';
import type {
  IBucket,
  IBuckets,
  IConnection,
  IConnectionRequest,
  IContentsPlace,
  IEndpoint,
  IObjectDetails,
  IPage,
  IPlace,
  IPlan,
  IPreview,
  IShared,
  ISnippet,
  ITransfer,
  ITransferRequest,
  IVersion,
  TransferKind
} from './api';

/** Said when the server has no content to give and no words for it. */
const NO_CONTENT = 'The Jupyter server did not give the object.';

/** A run that recorded an object. */
export interface IMadeBy {
  run: string;
  name: string;
  task: string;
  created: string;
  /** What it did with the object. */
  role?: 'read' | 'made';
  /** The etag that the object had then. */
  etag?: string;
}

/** An object, or one version of it. */
export interface IVersionedPlace extends IPlace {
  version?: string | null;
}

/** The data routes of the Cellift server extension, one method each. Rejections carry the server's sentence. */
export class DataClient {
  constructor(options: DataClient.IOptions) {
    this._settings = options.serverSettings;
  }

  async connections(): Promise<IConnection[]> {
    return (await this._get<{ connections: IConnection[] }>('connections')).connections;
  }

  /** Sets a connection up, or changes what is given of it. */
  keepConnection(name: string, request: IConnectionRequest): Promise<IConnection> {
    return this._send('PUT', Private.connection(name), request);
  }

  removeConnection(name: string): Promise<void> {
    return this._send('DELETE', Private.connection(name));
  }

  buckets(connection: string, options: DataClient.IOnce = {}): Promise<IBuckets> {
    return this._get(`${Private.connection(connection)}/buckets`, options);
  }

  makeBucket(connection: string, bucket: string): Promise<IBucket> {
    return this._send('POST', `${Private.connection(connection)}/buckets`, { bucket });
  }

  removeBucket(connection: string, bucket: string): Promise<void> {
    return this._send('DELETE', `${Private.connection(connection)}/buckets${Private.query({ bucket })}`);
  }

  /** One page of what is directly below a prefix; `after` is `next` of the page before. */
  objects(
    connection: string,
    bucket: string,
    prefix: string,
    options: { after?: string | null; limit?: number } & DataClient.IOnce = {}
  ): Promise<IPage> {
    const { after, limit, signal } = options;
    return this._get(`${Private.connection(connection)}/objects${Private.query({ bucket, prefix, after, limit })}`, {
      signal
    });
  }

  /** All that is known of an object. */
  object(place: IVersionedPlace, options: DataClient.IOnce = {}): Promise<IObjectDetails> {
    return this._get(Private.of(place, 'object'), options);
  }

  removeObject(place: IVersionedPlace): Promise<void> {
    return this._send('DELETE', Private.of(place, 'object'));
  }

  async versions(place: IPlace, options: DataClient.IOnce = {}): Promise<IVersion[]> {
    const { connection, bucket, key } = place;
    const answer = await this._get<{ versions: IVersion[] }>(
      Private.of({ connection, bucket, key }, 'versions'),
      options
    );
    return answer.versions;
  }

  /** Address of an object's bytes: a download, or with `inline` (images and plain text alone) something to show. */
  contentUrl(place: IVersionedPlace, options: { inline?: boolean } = {}): string {
    return endpointUrl(
      `data/${Private.of(place, 'content', { inline: options.inline ? '1' : undefined })}`,
      this._settings
    );
  }

  /** The bytes of an object, with ETag and type in the headers; a `range` as in HTTP: `bytes=0-1023`. */
  async content(place: IVersionedPlace, options: { range?: string } & DataClient.IOnce = {}): Promise<Response> {
    const headers: Record<string, string> = options.range ? { Range: options.range } : {};
    const init = { headers, signal: options.signal };
    const response = await ServerConnection.makeRequest(this.contentUrl(place), init, this._settings);
    if (!response.ok) {
      const said = (await response.json().catch(() => null)) as { message?: string } | null;
      throw new ResponseError(response, said?.message || NO_CONTENT);
    }
    return response;
  }

  /**
   * Writes an object of at most 64 MiB.
   *
   * @param ifMatch - the etag that it must still have; status 412 when it has another one
   * @param ifNew - it must not be there yet; status 412 when it is
   */
  putContent(
    place: IPlace,
    body: Blob | ArrayBuffer | string,
    options: { ifMatch?: string; ifNew?: boolean; type?: string } = {}
  ): Promise<IObjectDetails> {
    const headers = {
      'Content-Type': options.type || 'application/octet-stream',
      ...Private.condition(options)
    };
    return this._request(Private.of(place, 'content'), { method: 'PUT', headers, body });
  }

  /** An object as a notebook, and what is known of the object. */
  notebook(place: IPlace): Promise<{ object: IObjectDetails; content: INotebookContent }> {
    return this._get(Private.of(place, 'notebook'));
  }

  /** Writes a notebook as nbformat does; conditions as those of `putContent`. */
  putNotebook(
    place: IPlace,
    content: unknown,
    options: { ifMatch?: string; ifNew?: boolean } = {}
  ): Promise<IObjectDetails> {
    const headers = Private.condition(options);
    return this._request(Private.of(place, 'notebook'), { method: 'PUT', headers, body: JSON.stringify({ content }) });
  }

  preview(place: IVersionedPlace, options: DataClient.IOnce = {}): Promise<IPreview> {
    return this._get(Private.of(place, 'preview'), options);
  }

  async code(place: IPlace, options: DataClient.IOnce = {}): Promise<ISnippet[]> {
    const { connection, bucket, key } = place;
    return (await this._get<{ snippets: ISnippet[] }>(Private.of({ connection, bucket, key }, 'code'), options))
      .snippets;
  }

  /** A link that works without credentials for so many seconds. */
  share(place: IPlace, options: { seconds?: number; upload?: boolean } = {}): Promise<IShared> {
    const { connection, bucket, key } = place;
    return this._send('POST', `${Private.connection(connection)}/share`, { bucket, key, ...options });
  }

  /** The runs that recorded the object; none when the server does not know. */
  async madeBy(place: IPlace, options: DataClient.IOnce = {}): Promise<IMadeBy[]> {
    const { connection, bucket, key } = place;
    try {
      return (await this._get<{ runs: IMadeBy[] }>(Private.of({ connection, bucket, key }, 'made-by'), options)).runs;
    } catch (reason) {
      if (reason instanceof ServerConnection.ResponseError && reason.response.status === 404) {
        return [];
      }
      throw reason;
    }
  }

  /** The S3 endpoint over the local tree. */
  endpoint(): Promise<IEndpoint> {
    return this._get('endpoint');
  }

  /** Starts it, unless it runs. */
  startEndpoint(): Promise<IEndpoint> {
    return this._send('PUT', 'endpoint');
  }

  stopEndpoint(): Promise<void> {
    return this._send('DELETE', 'endpoint');
  }

  /** What a transfer would do. */
  plan(request: {
    kind: Extract<TransferKind, 'copy' | 'move' | 'delete' | 'import' | 'export'>;
    sources: (IPlace | IContentsPlace)[];
    to?: IPlace | IContentsPlace;
  }): Promise<IPlan> {
    return this._send('POST', 'plans', request);
  }

  /** Those that run and those that ended, newest first. */
  async transfers(): Promise<ITransfer[]> {
    return (await this._get<{ transfers: ITransfer[] }>('transfers')).transfers;
  }

  transfer(id: string): Promise<ITransfer> {
    return this._get(`transfers/${encodeURIComponent(id)}`);
  }

  startTransfer(request: ITransferRequest): Promise<ITransfer> {
    return this._send('POST', 'transfers', request);
  }

  /** Cancels one that runs, and gives it; forgets one that is over. */
  endTransfer(id: string): Promise<ITransfer | undefined> {
    return this._send('DELETE', `transfers/${encodeURIComponent(id)}`);
  }

  /** The next piece (at most 8 MiB) of an upload; status 409 when the server waits for another offset. */
  sendBytes(id: string, offset: number, piece: Blob | ArrayBuffer, options: DataClient.IOnce = {}): Promise<ITransfer> {
    return this._request(`transfers/${encodeURIComponent(id)}/bytes${Private.query({ offset })}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: piece,
      signal: options.signal
    });
  }

  private _get<T>(path: string, options: DataClient.IOnce = {}): Promise<T> {
    return this._request(path, options.signal ? { signal: options.signal } : {});
  }

  private _send<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this._request(path, body === undefined ? { method } : { method, body: JSON.stringify(body) });
  }

  private _request<T>(path: string, init: RequestInit): Promise<T> {
    return requestAPI<T>(`data/${path}`, init, this._settings);
  }

  private _settings: ServerConnection.ISettings;
}

/** Statics of DataClient. */
export namespace DataClient {
  export interface IOptions {
    serverSettings: ServerConnection.ISettings;
  }

  /** What can be given up. */
  export interface IOnce {
    signal?: AbortSignal;
  }
}

namespace Private {
  /** Path of a connection. */
  export function connection(name: string): string {
    return `connections/${encodeURIComponent(name)}`;
  }

  /** Path and query of something of an object; keys are hostile to paths, so they are in the query. */
  export function of(place: IVersionedPlace, what: string, more: Record<string, string | undefined> = {}): string {
    const { bucket, key, version } = place;
    return `${connection(place.connection)}/${what}${query({ bucket, key, version, ...more })}`;
  }

  /** The header that says what a write must find. */
  export function condition({ ifMatch, ifNew }: { ifMatch?: string; ifNew?: boolean }): Record<string, string> {
    return ifMatch ? { 'If-Match': ifMatch } : ifNew ? { 'If-None-Match': '*' } : {};
  }

  /** A query string of what is set. An empty value is left out: it means the same. */
  export function query(options: Record<string, string | number | null | undefined>): string {
    const entries = Object.entries(options).filter(
      ([, value]) => value !== undefined && value !== null && value !== ''
    );
    const encoded = entries.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
    return encoded.length ? `?${encoded.join('&')}` : '';
  }
}
