/** What the data routes of the server extension take and give (openapi.yaml). Sizes are bytes, times RFC 3339 in UTC. */

/** A named store. No secret is in it: the browser never sees one again. */
export interface IConnection {
  name: string;
  kind: string;
  /** Where it was found, for people. */
  found: string;
  url: string;
  /** The id of the key pair, masked; empty without one. */
  key_id: string;
  region: string;
  read_only: boolean;
  anonymous: boolean;
  /** Why it cannot be opened, and what to do; empty when it can. */
  unusable: string;
  /** It is kept by Cellift, so that it can be changed and removed here. */
  editable: boolean;
}

/** What sets a connection up; keys that are left out stay as they are. */
export interface IConnectionRequest {
  url: string;
  key_id?: string;
  secret?: string;
  token?: string;
  region?: string;
  path_style?: boolean | null;
  read_only?: boolean;
  anonymous?: boolean;
}

/** What a store can do beyond the least. */
export type Feature = 'metadata' | 'tags' | 'versions' | 'share';

export interface IBucket {
  name: string;
  created: string | null;
}

export interface IBuckets {
  buckets: IBucket[];
  features: Feature[];
  read_only: boolean;
}

/** An object in a list. */
export interface IObject {
  key: string;
  size: number;
  modified: string | null;
  etag: string;
}

/** One page of a list; `next` asks for more (as `after`), null: all seen. */
export interface IPage {
  objects: IObject[];
  prefixes: string[];
  next: string | null;
}

/** All that is known of an object. */
export interface IObjectDetails extends IObject {
  content_type: string;
  metadata: Record<string, string>;
  tags: Record<string, string>;
  checksums: Record<string, string>;
  version: string | null;
}

/** A version of an object, or the marker of its removal. */
export interface IVersion extends IObject {
  version: string | null;
  is_latest: boolean;
  is_delete_marker: boolean;
}

/** An object, or all below a prefix: a key that is empty or ends with a slash. */
export interface IPlace {
  connection: string;
  bucket: string;
  key: string;
}

/** Where on this server a file is, as Jupyter's contents service names it. */
export interface IContentsPlace {
  path: string;
}

export type TransferKind = 'upload' | 'copy' | 'move' | 'delete' | 'size' | 'import' | 'export' | 'undo';

/** What asks for a transfer. */
export interface ITransferRequest {
  kind: TransferKind;
  /** What is transferred; `import`: files and folders of the server. */
  sources?: (IPlace | IContentsPlace)[];
  /** Where to. A key that is empty or ends with a slash is a folder; `export`: a folder of the server. */
  to?: IPlace | IContentsPlace;
  /** `upload`: bytes to come. */
  size?: number;
  /** What is there already: `fail` (the default), `replace`, or `skip`. */
  existing?: 'fail' | 'replace' | 'skip';
  /** `undo`: the removal that is taken back. */
  transfer?: string;
}

export type TransferState = 'running' | 'done' | 'failed' | 'cancelled';

/** Work that takes time: it goes on without the browser, and can be cancelled. */
export interface ITransfer {
  id: string;
  kind: TransferKind;
  state: TransferState;
  /** For people: what is moved where. */
  title: string;
  /** Bytes and objects that are done, and of how many; a total is null until it is known. */
  bytes: number;
  total_bytes: number | null;
  objects: number;
  total_objects: number | null;
  /** Bytes a second, of late. */
  speed: number;
  started: string;
  finished: string | null;
  /** Why it failed and what to do; null when it did not. */
  error: string | null;
  /** What could not be done, with the reason (at most 100). */
  failures: { what: string; reason: string }[];
  /** Remarks that are no failures. */
  warnings: string[];
  /** A removal that can be taken back. */
  can_undo: boolean;
}

/** What a transfer would do, before it is asked for. */
export interface IPlan {
  objects: number;
  bytes: number;
  /** There are more: counting stopped. */
  more: boolean;
  /** Some of what is meant, for people. */
  examples: string[];
  /** What is there already at the destination (at most 100). */
  existing: string[];
}

/** A piece of an object, as it can be shown. Text is never HTML: it is escaped by whoever shows it. */
export interface IPreview {
  /** `none`: nothing can be shown of it, `note` says why. */
  kind: 'text' | 'table' | 'image' | 'svg' | 'html' | 'notebook' | 'facts' | 'none';
  /** What it is, for people: `CSV, 1,000 rows shown`. */
  note: string;
  /** Only a part was read. */
  cut: boolean;
  /** That part is so many bytes, from the beginning on. */
  read?: number;
  /** Bytes of the object. */
  size: number;
  text?: string;
  /** MIME type of the text, for highlighting. */
  mime?: string;
  /** `table`: names and types, and rows of text. */
  columns?: { name: string; type: string }[];
  rows?: (string | null)[][];
  /** `facts`: names and values, as a NumPy header has them. */
  facts?: { name: string; value: string }[];
  /** `notebook`: its cells. */
  cells?: { kind: 'code' | 'markdown' | 'raw'; text: string }[];
}

/** Code that uses an object; no secret is in it. */
export interface ISnippet {
  id: string;
  label: string;
  code: string;
}

/** The S3 endpoint over the local tree. Its keys are given to kernels and runs; the browser never sees them. */
export interface IEndpoint {
  running: boolean;
  /** Empty when it does not run. */
  url: string;
  /** Names of the variables by which kernels and runs find it. */
  variables: string[];
  /** Those of them that the server's own environment has, too. */
  replaces: string[];
}

/** A link that works without credentials until it expires. */
export interface IShared {
  url: string;
  expires: string;
}
