import { nullTranslator } from '@jupyterlab/translation';
import { FakeStore, refusal } from '../../__tests__/fakeStore';
import { PIECE, Upload } from '../upload';

const trans = nullTranslator.load('cellift');

/** A file of so many bytes that takes no memory; jsdom's has no `arrayBuffer`. */
function file(size: number, name = 'f'): File {
  const slice = (start: number, end: number) => ({ arrayBuffer: async () => ({ byteLength: end - start }) });
  return { name, size, type: '', slice } as unknown as File;
}

describe('Upload', () => {
  let store: FakeStore;
  const to = { connection: 'local', bucket: 'b', key: 'in/' };
  const upload = (...files: [string, number][]) =>
    new Upload({
      client: store.client,
      trans,
      to,
      files: files.map(([path, size]) => ({ path, file: file(size, path) })),
      pause: 0
    });

  beforeEach(() => {
    store = new FakeStore();
  });

  it('sends small files whole and large ones in pieces', async () => {
    const one = upload(['d/small', 3], ['large', 2 * PIECE + 1]);
    await one.run();
    expect(one.state).toBe('done');
    expect([one.bytes, one.objects]).toEqual([2 * PIECE + 4, 2]);
    expect(store.calls.sort()).toEqual([
      'bytes t1 0',
      `bytes t1 ${2 * PIECE}`,
      `bytes t1 ${PIECE}`,
      'object in/large',
      'put in/d/small if new',
      'start upload'
    ]);
    expect(one.owns('t1')).toBe(true);
  });

  it('asks before it replaces what is there', async () => {
    store.keys.set('in/small', 1).set('in/large', 1);
    const one = upload(['small', 3], ['large', PIECE + 1], ['new', 1]);
    await one.run();
    expect([one.state, one.clashes, one.objects]).toEqual(['waiting', ['small', 'large'], 1]);
    expect(store.keys.get('in/small')).toBe(1);
    await one.settle('replace');
    expect(one.state).toBe('done');
    expect(store.keys.get('in/small')).toBe(3);
    expect(store.started.map(each => each.existing)).toEqual(['replace']);
  });

  it('leaves what is there when it is told so', async () => {
    store.keys.set('in/small', 1);
    const one = upload(['small', 3], ['new', 1]);
    await one.run();
    await one.settle('skip');
    expect([one.state, one.objects, store.keys.get('in/small')]).toEqual(['done', 1, 1]);
  });

  it('goes on where the server is when it broke off', async () => {
    const one = upload(['large', 3 * PIECE]);
    const send = store.sendBytes;
    store.sendBytes = (id, offset, piece) =>
      offset === PIECE ? Promise.reject(new Error('no answer')) : send(id, offset, piece);
    await one.run();
    expect(one.state).toBe('broken');
    expect(one.failures).toEqual([{ what: 'large', reason: 'no answer' }]);
    store.sendBytes = send;
    store.calls = [];
    await one.retry();
    expect(one.state).toBe('done');
    expect(store.calls).toEqual(['transfer t1', `bytes t1 ${PIECE}`, `bytes t1 ${2 * PIECE}`]);
  });

  it('asks where the server is when the answer to a piece was lost', async () => {
    const one = upload(['large', 2 * PIECE]);
    const send = store.sendBytes;
    let lost = true;
    store.sendBytes = async (id, offset, piece) => {
      const answer = await send(id, offset, piece);
      if (lost && offset === 0) {
        lost = false;
        throw new Error('the connection broke after the server had it');
      }
      return answer;
    };
    await one.run();
    expect(one.state).toBe('done');
    expect(store.calls.filter(call => call.startsWith('bytes'))).toEqual([
      'bytes t1 0',
      'bytes t1 0',
      `bytes t1 ${PIECE}`
    ]);
  });

  it('begins anew when the server has forgotten it', async () => {
    const one = upload(['large', 2 * PIECE]);
    const send = store.sendBytes;
    store.sendBytes = () => Promise.reject(new Error('no answer'));
    await one.run();
    store.running = [];
    store.sendBytes = send;
    await one.retry();
    expect(one.state).toBe('done');
    expect(store.started).toHaveLength(2);
  });

  it('says why a file was not taken, and sends the others', async () => {
    const put = store.putContent;
    store.putContent = (place, ...rest) =>
      place.key === 'in/bad' ? Promise.reject(refusal(400, 'The name cannot be used.')) : put(place, ...rest);
    const one = upload(['bad', 3], ['good', 3]);
    await one.run();
    expect([one.state, one.objects]).toEqual(['failed', 1]);
    expect(one.failures).toEqual([{ what: 'bad', reason: 'The name cannot be used.' }]);
  });

  it('says that a file changed under way, and does not blame the server', async () => {
    const slice = () => ({ arrayBuffer: () => Promise.reject(new Error('NotReadableError')) });
    const gone = { ...file(3), name: 'gone', slice } as unknown as File;
    const one = new Upload({ client: store.client, trans, to, files: [{ path: 'gone', file: gone }], pause: 0 });
    await one.run();
    expect(one.state).toBe('failed');
    expect(one.failures[0].reason).toContain('changed, moved or removed meanwhile');
  });

  it('ends what the server has begun when it is cancelled', async () => {
    const one = upload(['large', 3 * PIECE]);
    const send = store.sendBytes;
    let cancelled: Promise<void> | null = null;
    store.sendBytes = async (id, offset, piece) => {
      cancelled ??= one.cancel();
      return send(id, offset, piece);
    };
    await one.run();
    await cancelled;
    expect(one.state).toBe('cancelled');
    expect(store.calls).toContain('end t1');
    expect(store.running[0].state).toBe('cancelled');
  });
});
