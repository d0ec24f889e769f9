import type { Contents } from '@jupyterlab/services';
import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';
import type { IObjectDetails, IPlace, ITransferRequest } from '../../data/api';
import { connection, FakeStore, refusal, transfer } from '../../data/__tests__/fakeStore';
import { CelliftDrive } from '../drive';

/** Objects with their bytes and etags, over the keys of FakeStore. */
class Objects extends FakeStore {
  contents = new Map<string, { body: string; etag: number }>();

  write(key: string, body: string): void {
    this.contents.set(key, { body, etag: (this.contents.get(key)?.etag ?? 0) + 1 });
    this.keys.set(key, body.length);
  }

  override object = async ({ key }: { key: string }): Promise<never> => {
    const found = this.contents.get(key);
    if (!found) {
      throw refusal(404, 'not there');
    }
    return details(key, found.body.length, found.etag) as never;
  };

  override content = (async ({ key }: { key: string }) => {
    const found = this.contents.get(key);
    if (!found) {
      throw refusal(404, 'not there');
    }
    const bytes = Uint8Array.from(found.body, letter => letter.charCodeAt(0));
    const headers = new Headers({ ETag: `"e${found.etag}"`, 'Content-Length': String(bytes.length) });
    return { headers, arrayBuffer: async () => bytes.buffer, blob: async () => found.body, body: null };
  }) as never;

  override putContent = (async (
    { key }: IPlace,
    body: string | ArrayBuffer,
    options: { ifNew?: boolean; ifMatch?: string } = {}
  ) => {
    const found = this.contents.get(key);
    this.calls.push(`put ${key} ${options.ifNew ? 'new' : (options.ifMatch ?? 'any')}`);
    if ((options.ifNew && found) || (options.ifMatch && options.ifMatch !== `e${found?.etag}`)) {
      throw refusal(412, 'It was changed.');
    }
    this.write(key, typeof body === 'string' ? body : String.fromCharCode(...new Uint8Array(body)));
    return this.object({ key });
  }) as never;

  putNotebook = (place: IPlace, content: object, options: object) =>
    (this.putContent as unknown as (...all: unknown[]) => Promise<IObjectDetails>)(
      place,
      JSON.stringify(content),
      options
    );

  notebook = async ({ key }: IPlace) => ({
    object: await this.object({ key }),
    content: JSON.parse(this.contents.get(key)?.body ?? '')
  });

  removeObject = async ({ key }: IPlace) => {
    this.contents.delete(key);
    this.keys.delete(key);
  };

  /** Transfers are over at once. */
  override startTransfer = (async (request: ITransferRequest) => {
    this.started.push(request);
    const [{ key }] = request.sources as IPlace[];
    const to = request.to as IPlace | undefined;
    for (const [each, { body }] of [...this.contents]) {
      if (each === key || (key.endsWith('/') && each.startsWith(key))) {
        if (to) {
          this.write(to.key + each.slice(key.replace(/\/$/, '').length), body);
        }
        if (request.kind !== 'copy') {
          await this.removeObject({ connection: '', bucket: '', key: each });
        }
      }
    }
    return transfer('t1', { kind: request.kind, state: 'done' });
  }) as never;
}

function details(key: string, size: number, etag: number): IObjectDetails {
  const rest = { modified: '2026-01-01T00:00:00.000Z', content_type: 'text/plain', version: null };
  return { key, size, etag: `e${etag}`, ...rest, metadata: {}, tags: {}, checksums: {} };
}

describe('CelliftDrive', () => {
  let store: Objects;
  let drive: CelliftDrive;
  let mayDelete: jest.Mock<Promise<boolean>>;
  let changes: string[];

  beforeEach(() => {
    store = new Objects();
    mayDelete = jest.fn(async () => true);
    drive = new CelliftDrive({
      client: store.client,
      serverSettings: ServerConnection.makeSettings(),
      trans: nullTranslator.load('cellift'),
      mayDelete
    });
    changes = [];
    drive.fileChanged.connect((_, { type, oldValue, newValue }) => {
      changes.push([type, oldValue?.path, newValue?.path].filter(Boolean).join(' '));
    });
  });

  const names = async (path: string) =>
    ((await drive.get(path)).content as Contents.IModel[]).map(
      one => `${one.name}${one.type === 'directory' ? '/' : ''}`
    );
  const status = async (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'fine',
      (reason: { response: { status: number } }) => reason.response.status
    );

  it('lists connections that can be used, buckets, folders and objects', async () => {
    store.list.push(connection('broken', { unusable: 'no keys' }), connection('minio'));
    store.write('a.txt', '1');
    store.write('sub/b.ipynb', '{}');
    expect(await names('')).toEqual(['local/', 'minio/']);
    expect(await names('local')).toEqual(['b/']);
    expect(await names('local/b')).toEqual(['a.txt', 'sub/']);
    const [notebook] = (await drive.get('local/b/sub')).content as Contents.IModel[];
    expect(notebook).toMatchObject({ path: 'local/b/sub/b.ipynb', type: 'notebook', hash: 'e' });
  });

  it('leaves out what no path can name, and says how much', async () => {
    const hidden: number[] = [];
    drive.incomplete.connect((_, args) => hidden.push(args.hidden));
    ['ok', 'sub/', 'sub//x', '../x'].forEach(key => store.write(key, ''));
    expect(await names('local/b')).toEqual(['ok', 'sub/']);
    expect(await names('local/b/sub')).toEqual([]);
    expect(hidden).toEqual([1, 1]);
  });

  it('shows a folder that has the name of an object beside it', async () => {
    store.write('a', '1');
    store.write('a/b', '2');
    const hidden: number[] = [];
    drive.incomplete.connect((_, args) => hidden.push(args.hidden));
    expect(await names('local/b')).toEqual(['a/']);
    expect(hidden).toEqual([1]); // the object, which the section Data shows
    expect((await drive.get('local/b/a')).type).toBe('directory');
    expect((await drive.get('local/b/a', { type: 'file' })).content).toBe('1');
  });

  it('gives text as text, and other bytes in base 64', async () => {
    store.write('a.txt', '\u00ef\u00bb\u00bfh\u00c3\u00a9');
    store.write('a.bin', '\u00ff\u0000');
    expect(await drive.get('local/b/a.txt')).toMatchObject({ format: 'text', content: '\ufeffhé', hash: 'e1' });
    expect(await drive.get('local/b/a.bin')).toMatchObject({ format: 'base64', content: '/wA=' });
    expect(await status(drive.get('local/b/a.bin', { type: 'file', format: 'text' }))).toBe(400);
    expect(await status(drive.get('local/b/nothing'))).toBe(404);
  });

  it('opens nothing of more than 64 MiB', async () => {
    store.object = (async () => details('big', (64 << 20) + 1, 1)) as never;
    expect(await status(drive.get('local/b/big', { type: 'file' }))).toBe(413);
  });

  it('saves over the state that was opened, and not over another one', async () => {
    store.write('a.txt', 'old');
    await drive.get('local/b/a.txt', { type: 'file', format: 'text' });
    await drive.save('local/b/a.txt', { type: 'file', format: 'text', content: 'mine' });
    store.write('a.txt', 'theirs');
    const attempt = drive.save('local/b/a.txt', { type: 'file', format: 'text', content: 'mine again' });
    expect(await status(attempt)).toBe(412);
    expect(store.contents.get('a.txt')?.body).toBe('theirs');
    expect(store.calls.filter(call => call.startsWith('put'))).toEqual(['put a.txt e1', 'put a.txt e2']);
  });

  it('saves over what was looked at last, as when somebody chose to overwrite', async () => {
    store.write('a.txt', 'old');
    await drive.get('local/b/a.txt', { type: 'file' });
    store.write('a.txt', 'theirs');
    expect((await drive.get('local/b/a.txt', { type: 'file', content: false })).hash).toBe('e2');
    await drive.save('local/b/a.txt', { type: 'file', format: 'text', content: 'mine' });
    expect(store.contents.get('a.txt')?.body).toBe('mine');
  });

  it('does not take the state of somebody who was faster for the one it wrote', async () => {
    store.write('a.txt', 'old');
    await drive.get('local/b/a.txt', { type: 'file' });
    await drive.save('local/b/a.txt', { type: 'file', format: 'text', content: 'mine' });
    store.write('a.txt', 'theirs');
    // JupyterLab looks right after it has saved, then again before it saves the next time.
    const look = () => drive.get('local/b/a.txt', { type: 'file', content: false });
    expect((await look()).hash).toBe('e2');
    expect((await look()).hash).toBe('e3');
  });

  it('makes what was not there when somebody looked only if it is still not there', async () => {
    expect(await status(drive.get('local/b/new.txt', { type: 'file', content: false }))).toBe(404);
    store.write('new.txt', 'theirs');
    expect(await status(drive.save('local/b/new.txt', { type: 'file', format: 'text', content: '' }))).toBe(412);
  });

  it('makes files, notebooks and folders with names that are free', async () => {
    store.write('untitled.txt', '');
    store.write('Untitled Folder/', '');
    const made = await Promise.all(
      ['file', 'notebook', 'directory'].map(type => drive.newUntitled({ path: 'local/b', type }))
    );
    expect(made.map(one => one.path)).toEqual([
      'local/b/untitled1.txt',
      'local/b/Untitled.ipynb',
      'local/b/Untitled Folder 1'
    ]);
    expect(JSON.parse(store.contents.get('Untitled.ipynb')?.body ?? '')).toMatchObject({ nbformat: 4, cells: [] });
    expect(await status(drive.newUntitled({ path: '', type: 'file' }))).toBe(400);
  });

  it('renames objects and folders, and refuses a name that is taken as JupyterLab expects it', async () => {
    store.write('a.txt', '1');
    store.write('sub/b', '2');
    await drive.rename('local/b/a.txt', 'local/b/c.txt');
    await drive.rename('local/b/sub', 'local/b/moved');
    expect([...store.contents.keys()].sort()).toEqual(['c.txt', 'moved/b']);
    store.plans = { existing: ['c.txt'] };
    expect(await status(drive.rename('local/b/moved', 'local/b/c.txt'))).toBe(409);
    expect(changes).toEqual(['rename local/b/a.txt local/b/c.txt', 'rename local/b/sub local/b/moved']);
  });

  it('copies beside the original under another name', async () => {
    store.write('a.txt', '1');
    expect((await drive.copy('local/b/a.txt', 'local/b')).path).toBe('local/b/a-Copy1.txt');
    expect((await drive.copy('local/b/a.txt', 'local/b/sub')).path).toBe('local/b/sub/a.txt');
  });

  it('deletes objects and folders, once somebody allows it', async () => {
    store.write('a.txt', '1');
    store.write('sub/b', '2');
    mayDelete.mockResolvedValueOnce(false);
    expect(await status(drive.delete('local/b/a.txt'))).toBe(400);
    expect(store.contents.size).toBe(2);
    expect(changes).toEqual([]);
    await drive.delete('local/b/a.txt');
    await drive.delete('local/b/sub');
    expect(store.contents.size).toBe(0);
    expect(await status(drive.delete('local'))).toBe(400);
    expect(changes).toEqual(['delete local/b/a.txt', 'delete local/b/sub']);
  });

  it('puts an upload in pieces together', async () => {
    const piece = (chunk: number, content: string) =>
      drive.save('local/b/up.bin', { type: 'file', format: 'base64', content, chunk });
    await piece(1, btoa('ab'));
    expect(store.contents.size).toBe(0);
    expect(await status(piece(3, btoa('x')))).toBe(400);
    await piece(1, btoa('ab'));
    await piece(2, btoa('cd'));
    expect(await piece(-1, btoa('e'))).toMatchObject({ path: 'local/b/up.bin', size: 5 });
    expect(store.contents.get('up.bin')?.body).toBe('abcde');
  });

  it('keeps what was opened as a checkpoint', async () => {
    store.write('a.txt', 'old');
    expect(await drive.listCheckpoints('local/b/a.txt')).toEqual([]);
    const { id } = await drive.createCheckpoint('local/b/a.txt');
    await drive.save('local/b/a.txt', { type: 'file', format: 'text', content: 'new' });
    expect((await drive.listCheckpoints('local/b/a.txt')).map(one => one.id)).toEqual([id]);
    await drive.restoreCheckpoint('local/b/a.txt');
    expect(store.contents.get('a.txt')?.body).toBe('old');
    await drive.deleteCheckpoint('local/b/a.txt');
    expect(await status(drive.restoreCheckpoint('local/b/a.txt'))).toBe(404);
  });

  it('says that nothing of a read-only connection can be changed', async () => {
    store.list = [connection('local', { read_only: true })];
    store.read_only = true;
    store.write('a.txt', '1');
    expect((await drive.get('local/b/a.txt')).writable).toBe(false);
    expect((await drive.get('local/b')).writable).toBe(false);
  });
});
