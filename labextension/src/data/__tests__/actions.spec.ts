import { nullTranslator } from '@jupyterlab/translation';
import { until } from '../../__tests__/fakeClient';
import { DataActions } from '../actions';
import { DataBrowser } from '../browser';
import { Memory } from '../memory';
import { TransfersModel } from '../transfers/transfersModel';
import { Uploads } from '../transfers/uploads';
import { FakeStore, refusal } from './fakeStore';

const trans = nullTranslator.load('cellift');

describe('DataActions', () => {
  let store: FakeStore;
  let actions: DataActions;
  let copied: string[];

  const place = (key: string) => ({ connection: 'local', bucket: 'b', key });
  const go = (prefix: string) => actions.browser.go({ connection: 'local', bucket: 'b', prefix });

  beforeEach(async () => {
    store = new FakeStore();
    store.keys.set('a/1', 3).set('b.csv', 3).set('c.csv', 3);
    copied = [];
    const { client } = store;
    actions = new DataActions({
      client,
      browser: new DataBrowser({ client, memory: new Memory(null), typingDelay: 0 }),
      transfers: new TransfersModel({ client, interval: 1 }),
      uploads: new Uploads({ client, trans, pause: 0 }),
      trans,
      copyText: text => copied.push(text)
    });
    await actions.browser.start();
    await go('');
  });

  afterEach(() => {
    actions.dispose();
    actions.browser.dispose();
    actions.transfers.dispose();
    actions.uploads.dispose();
  });

  it('counts before it removes, and says whether there is a way back', async () => {
    store.plans = { objects: 7, bytes: 9 };
    await actions.askDelete([place('a/')]);
    expect(actions.form).toMatchObject({ kind: 'delete', plan: { objects: 7 }, undoable: false });
    expect(store.started).toEqual([]);
    await actions.remove([place('a/')]);
    expect(store.started).toEqual([{ kind: 'delete', sources: [place('a/')] }]);
    expect(actions.form).toBeNull();
  });

  it('removes all in a folder as one thing, and names at most a thousand', async () => {
    for (let number = 0; number < 1500; number++) {
      store.keys.set(`many/${number}`, 1);
    }
    await go('many/');
    await actions.browser.listing?.loadAll();
    actions.browser.select(one => one.all(1500));
    await actions.askDelete(actions.browser.chosen);
    expect(actions.form).toMatchObject({ kind: 'delete', places: [place('many/')] });
    actions.ask(null);
    actions.browser.select(one => one.toggle(0));
    await actions.askDelete(actions.browser.chosen);
    expect(actions.form).toBeNull();
    expect(actions.notice?.text).toContain('1,499 things are selected');
    expect(store.calls.filter(call => call.startsWith('plan'))).toHaveLength(1);
  });

  it('knows that an object of a bucket with versions can be brought back', async () => {
    store.features = ['versions'];
    await actions.browser.go({ connection: 'local', bucket: null, prefix: '' });
    await go('');
    store.versions = async () => [{ version: 'v1' }] as never;
    await actions.askDelete([place('b.csv')]);
    expect(actions.form).toMatchObject({ undoable: true });
    store.versions = async () => [];
    await actions.askDelete([place('b.csv')]);
    expect(actions.form).toMatchObject({ undoable: false });
    await actions.askDelete([place('a/')]);
    expect(actions.form).toMatchObject({ undoable: null });
  });

  it('says that a removal can be taken back once it is over', async () => {
    const removed: string[] = [];
    actions.removed.connect((_, one) => removed.push(one.id));
    await actions.remove([place('b.csv')]);
    Object.assign(store.running[0], { state: 'done', can_undo: true });
    await until(() => removed.length === 1);
    await actions.undo('t1');
    expect(store.started[1]).toEqual({ kind: 'undo', transfer: 't1' });
  });

  it('removes a bucket only when all in it is gone', async () => {
    store.plans = { objects: 3 };
    await actions.askDelete([place('')]);
    await actions.remove([place('')]);
    expect(store.calls).not.toContain('remove bucket b');
    store.running[0].state = 'done';
    await until(() => store.calls.includes('remove bucket b'));
    store.plans = { objects: 0 };
    store.started = [];
    await actions.askDelete([place('')]);
    await actions.remove([place('')]);
    expect(store.started).toEqual([]);
    expect(store.calls.filter(call => call === 'remove bucket b')).toHaveLength(2);
  });

  it('keeps a bucket whose objects could not all be removed', async () => {
    await actions.remove([place('')]);
    store.running[0].state = 'failed';
    await until(() => actions.transfers.transfers[0].state === 'failed');
    expect(store.calls).not.toContain('remove bucket b');
  });

  it('renames in its folder, or to another one', async () => {
    await actions.rename(place('a/1'), '2');
    await actions.rename(place('a/'), 'd');
    await actions.rename(place('a/1'), '/x/y');
    expect(store.started.map(one => one.to)).toEqual([place('a/2'), place('d'), place('x/y')]);
    expect(await actions.rename(place('a/1'), '1')).toBeNull();
    expect(store.started).toHaveLength(3);
  });

  it('asks when something is there already, and begins with the answer', async () => {
    store.plans = { existing: ['local/b/c.csv'] };
    expect(await actions.rename(place('b.csv'), 'c.csv')).toBeNull();
    expect(actions.form).toMatchObject({ kind: 'clash', plan: { existing: ['local/b/c.csv'] } });
    expect(store.started).toEqual([]);
    if (actions.form?.kind === 'clash') {
      await actions.settle(actions.form.request, 'replace');
    }
    expect(store.started).toMatchObject([{ kind: 'move', to: place('c.csv'), existing: 'replace' }]);
  });

  it('gives the reason to the form when it cannot be planned', async () => {
    store.plan = () => Promise.reject(refusal(403, 'The connection is read-only.'));
    expect(await actions.rename(place('b.csv'), 'd.csv')).toBe('The connection is read-only.');
    await actions.askDelete([place('b.csv')]);
    expect(actions.form).toMatchObject({ kind: 'delete', error: 'The connection is read-only.' });
  });

  it('copies into the folder that is looked at, and under another name where it was', async () => {
    actions.copy([place('b.csv')], false);
    await actions.paste();
    await go('a/');
    await actions.paste();
    expect(store.started).toEqual([
      { kind: 'copy', sources: [place('b.csv')], to: place('b copy.csv') },
      { kind: 'copy', sources: [place('b.csv')], to: place('a/') }
    ]);
  });

  it('moves what was cut once', async () => {
    actions.copy([place('b.csv')], true);
    await go('a/');
    await actions.paste();
    await actions.paste();
    expect(store.started.map(one => one.kind)).toEqual(['move']);
  });

  it('puts links and URIs into the clipboard, and keeps no link', async () => {
    actions.copyUri([place('b.csv'), place('c.csv')], 'cellift');
    expect(copied).toEqual(['cellift://local/b/b.csv\ncellift://local/b/c.csv']);
    actions.ask({ kind: 'share', place: place('b.csv'), link: null });
    await actions.share(place('b.csv'), 3600);
    expect(store.calls).toContain('share b.csv 3600');
    expect(copied[1]).toBe('https://minio.example/secret-link');
    actions.ask(null);
    expect(actions.form).toBeNull();
  });

  it('takes a question about a place away when one goes elsewhere', async () => {
    actions.ask({ kind: 'rename', place: place('b.csv') });
    await actions.browser.refresh();
    expect(actions.form).not.toBeNull();
    await go('a/');
    expect(actions.form).toBeNull();
  });

  it('asks for a bucket before files are taken', async () => {
    await actions.browser.go({ connection: 'local', bucket: null, prefix: '' });
    actions.upload([{ path: 'x', file: new File(['x'], 'x') }]);
    expect(actions.notice).toMatchObject({ error: true });
    expect(actions.uploads.uploads).toEqual([]);
  });
});
