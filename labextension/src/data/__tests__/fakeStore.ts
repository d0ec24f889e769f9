import type { IConnection, IEndpoint, IObjectDetails, IPage, IPlan, ITransfer, ITransferRequest } from '../api';
import type { DataClient, IMadeBy } from '../client';
import { ResponseError } from '../../client/request';

/** An answer of the server that says no. */
export function refusal(status: number, message: string): ResponseError {
  return new ResponseError({ status } as Response, message);
}

export function connection(name: string, more: Partial<IConnection> = {}): IConnection {
  return {
    name,
    kind: 's3',
    found: 'kept by Cellift',
    url: 'https://minio.example',
    key_id: 'AK…',
    region: '',
    read_only: false,
    anonymous: false,
    unusable: '',
    editable: true,
    ...more
  };
}

export function transfer(id: string, more: Partial<ITransfer> = {}): ITransfer {
  return {
    id,
    kind: 'delete',
    state: 'running',
    title: `title of ${id}`,
    bytes: 0,
    total_bytes: null,
    objects: 0,
    total_objects: null,
    speed: 0,
    started: `2026-01-01T10:00:0${id.length % 10}.000Z`,
    finished: null,
    error: null,
    failures: [],
    warnings: [],
    can_undo: false,
    ...more
  };
}

export function endpoint(running: boolean, more: Partial<IEndpoint> = {}): IEndpoint {
  const variables = running ? ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID'] : [];
  return { running, url: running ? 'http://127.0.0.1:4242' : '', variables, replaces: [], ...more };
}

/** A client over keys in memory: `local` with one bucket `b`; counts what it was asked. */
export class FakeStore {
  keys = new Map<string, number>();
  list: IConnection[] = [connection('local', { kind: 'local', editable: false })];
  features: ('versions' | 'share')[] = [];
  read_only = false;
  calls: string[] = [];
  started: ITransferRequest[] = [];
  running: ITransfer[] = [];
  plans: Partial<IPlan> = {};
  /** Answers wait until these are called. */
  held: (() => void)[] | null = null;
  failure: Error | null = null;

  /** As what components and models take. */
  get client(): DataClient {
    return this as unknown as DataClient;
  }

  private async answer<T>(call: string, give: () => T): Promise<T> {
    this.calls.push(call);
    if (this.held) {
      await new Promise<void>(resolve => this.held?.push(resolve));
    }
    if (this.failure) {
      throw this.failure;
    }
    return give();
  }

  connections = () => this.answer('connections', () => this.list);
  buckets = (name: string) =>
    this.answer(`buckets ${name}`, () => ({
      buckets: [{ name: 'b', created: null }],
      features: this.features,
      read_only: this.read_only
    }));

  objects = (name: string, bucket: string, prefix: string, options: { after?: string | null; limit?: number } = {}) =>
    this.answer(`objects ${name}/${bucket}/${prefix} ${options.after ?? ''}`.trim(), (): IPage => {
      const { after, limit = 200 } = options;
      const below = [...this.keys.keys()].sort().filter(key => key.startsWith(prefix) && (!after || key > after));
      const page = below.slice(0, limit);
      const isDeep = (key: string) => key.slice(prefix.length).includes('/');
      const folder = (key: string) => prefix + key.slice(prefix.length).split('/')[0] + '/';
      return {
        objects: page
          .filter(key => !isDeep(key))
          .map(key => ({ key, size: this.keys.get(key) ?? 0, modified: '2026-01-01T00:00:00.000Z', etag: 'e' })),
        prefixes: [...new Set(page.filter(isDeep).map(folder))],
        next: below.length > limit ? page[page.length - 1] : null
      };
    });

  object = (place: { key: string }) =>
    this.answer(`object ${place.key}`, () => {
      if (!this.keys.has(place.key)) {
        throw refusal(404, 'not there');
      }
      return {
        key: place.key,
        size: this.keys.get(place.key) ?? 0,
        modified: null,
        etag: 'e',
        content_type: 'text/csv',
        metadata: {},
        tags: {},
        checksums: {},
        version: null
      } satisfies IObjectDetails;
    });

  versions = (place: { key: string }) => this.answer(`versions ${place.key}`, () => []);
  madeBy = () => this.answer('made-by', () => [] as IMadeBy[]);
  contentUrl = (place: { key: string; version?: string | null }) =>
    `http://localhost/content?key=${encodeURIComponent(place.key)}${place.version ? `&version=${place.version}` : ''}`;

  content = (place: { key: string; version?: string | null }) =>
    this.answer(`content ${place.key} ${place.version ?? ''}`.trim(), () => ({
      blob: async () => ({ byteLength: 7 })
    }));

  putContent = (
    place: { key: string },
    body: { byteLength?: number },
    options: { ifNew?: boolean; ifMatch?: string } = {}
  ) =>
    this.answer(
      `put ${place.key}${options.ifNew ? ' if new' : options.ifMatch ? ` if ${options.ifMatch}` : ''}`,
      () => {
        if (options.ifNew && this.keys.has(place.key)) {
          throw refusal(412, 'It is there already.');
        }
        this.keys.set(place.key, body.byteLength ?? 0);
        return { key: place.key } as IObjectDetails;
      }
    );

  plan = (request: { kind: string }) =>
    this.answer(`plan ${request.kind}`, () => ({
      objects: 1,
      bytes: 3,
      more: false,
      examples: [],
      existing: [],
      ...this.plans
    }));

  transfers = () => this.answer('transfers', () => this.running);
  transfer = (id: string) =>
    this.answer(`transfer ${id}`, () => {
      const found = this.running.find(one => one.id === id);
      if (!found) {
        throw refusal(404, 'no such transfer');
      }
      return { ...found };
    });

  startTransfer = (request: ITransferRequest) =>
    this.answer(`start ${request.kind}`, () => {
      this.started.push(request);
      const begun = transfer(`t${this.started.length}`, { kind: request.kind, total_bytes: request.size ?? null });
      this.running = [begun, ...this.running];
      return { ...begun };
    });

  endTransfer = (id: string) =>
    this.answer(`end ${id}`, () => {
      const found = this.running.find(one => one.id === id);
      if (found?.state === 'running') {
        found.state = 'cancelled';
        return { ...found };
      }
      this.running = this.running.filter(one => one !== found);
      return undefined;
    });

  /** What the server got of an upload; the test may break it. */
  sendBytes = (id: string, offset: number, piece: { byteLength: number }) =>
    this.answer(`bytes ${id} ${offset}`, () => {
      const found = this.running.find(one => one.id === id);
      if (!found || found.bytes !== offset) {
        throw refusal(409, 'The next piece begins elsewhere.');
      }
      found.bytes += piece.byteLength;
      if (found.bytes === found.total_bytes) {
        found.state = 'done';
      }
      return { ...found };
    });

  removeBucket = (_: string, bucket: string) => this.answer(`remove bucket ${bucket}`, () => undefined);
  makeBucket = (_: string, bucket: string) => this.answer(`make bucket ${bucket}`, () => ({ name: bucket }));
  share = (place: { key: string }, options: { seconds: number }) =>
    this.answer(`share ${place.key} ${options.seconds}`, () => ({
      url: 'https://minio.example/secret-link',
      expires: '2026-01-01T00:15:00.000Z'
    }));

  keepConnection = (name: string, request: object) =>
    this.answer(`keep ${name} ${JSON.stringify(request)}`, () => connection(name));

  removeConnection = (name: string) => this.answer(`forget ${name}`, () => undefined);

  /** The S3 endpoint. */
  served: IEndpoint = endpoint(false);
  endpoint = () => this.answer('endpoint', () => this.served);
  startEndpoint = () => this.answer('start endpoint', () => (this.served = endpoint(true)));
  stopEndpoint = () =>
    this.answer('stop endpoint', () => {
      this.served = endpoint(false);
    });
}
