import { StateDB } from '@jupyterlab/statedb';
import { until } from '../../__tests__/fakeClient';
import { DataBrowser } from '../browser';
import { Memory } from '../memory';
import { connection, FakeStore } from './fakeStore';

describe('DataBrowser', () => {
  let store: FakeStore;
  let state: StateDB;
  let browser: DataBrowser;

  const make = () => new DataBrowser({ client: store.client, memory: new Memory(state), typingDelay: 0 });
  const at = (prefix: string) => ({ connection: 'local', bucket: 'b', prefix });
  const names = () => browser.rows.map(row => row.name);

  beforeEach(() => {
    store = new FakeStore();
    for (const key of ['a/1', 'a/2', 'b.csv', 'c.csv']) {
      store.keys.set(key, 3);
    }
    state = new StateDB();
    browser = make();
  });

  afterEach(() => browser.dispose());

  it('begins with the buckets of the local tree, and with the place where one was afterwards', async () => {
    await browser.start();
    expect(names()).toEqual(['b']);
    await browser.go(at('a/'));
    browser.dispose();
    browser = make();
    await browser.start();
    expect(browser.location).toEqual(at('a/'));
    expect(names()).toEqual(['1', '2']);
  });

  it('does not go to where one was when the connection is gone', async () => {
    store.list.push(connection('minio'));
    await browser.start();
    await browser.go({ connection: 'minio', bucket: 'b', prefix: '' });
    browser.dispose();
    store.list.pop();
    browser = make();
    await browser.start();
    expect(browser.location).toEqual({ connection: 'local', bucket: null, prefix: '' });
  });

  it('goes back and forward, and up with the folder selected that it came from', async () => {
    await browser.start();
    await browser.go(at(''));
    await browser.go(at('a/'));
    await browser.up();
    expect(browser.rows[browser.selection.only].name).toBe('a');
    await browser.back();
    expect(browser.location).toEqual(at('a/'));
    expect(browser.canGoForward).toBe(true);
    await browser.forward();
    expect(browser.location).toEqual(at(''));
    await browser.go(at('a/'));
    expect(browser.canGoForward).toBe(false);
  });

  it('asks the server for what is typed, and drops answers that came too late', async () => {
    await browser.start();
    await browser.go(at(''));
    store.held = [];
    browser.type('b');
    await until(() => store.calls.includes('objects local/b/b'));
    expect(names()).toEqual(['a', 'b.csv', 'c.csv']); // until there is an answer
    browser.type('c');
    await until(() => store.calls.includes('objects local/b/c'));
    const [first, second] = store.held;
    second();
    await until(() => names().join() === 'c.csv');
    first();
    await new Promise(resolve => setTimeout(resolve));
    expect(names()).toEqual(['c.csv']);
    expect(browser.shownTyped).toBe('c');
  });

  it('drops the answer for a place that was left', async () => {
    await browser.start();
    store.held = [];
    const slow = browser.go(at('a/'));
    const fast = browser.go(at(''));
    store.held.reverse().forEach(answer => answer());
    store.held = null;
    await Promise.all([slow, fast]);
    expect(names()).toEqual(['a', 'b.csv', 'c.csv']);
  });

  it('keeps what is shown when it cannot be fetched again, and says why', async () => {
    await browser.start();
    await browser.go(at(''));
    store.failure = new Error('The store is silent.');
    await browser.refresh();
    expect(browser.error).toBe('The store is silent.');
    expect(names()).toEqual(['a', 'b.csv', 'c.csv']);
    store.failure = null;
    await browser.refresh();
    expect(browser.error).toBeNull();
  });

  it('keeps rows selected that are still there after a refresh', async () => {
    await browser.start();
    await browser.go(at(''));
    browser.select(one => one.all(3));
    store.keys.delete('b.csv');
    store.keys.set('0', 1);
    await browser.refresh();
    expect(names()).toEqual(['a', '0', 'c.csv']);
    expect(browser.chosen.map(place => place.key)).toEqual(['a/', 'c.csv']);
  });

  it('fetches again as many rows as there were', async () => {
    for (let number = 0; number < 500; number++) {
      store.keys.set(`many/${String(number).padStart(3, '0')}`, 1);
    }
    await browser.start();
    await browser.go(at('many/'));
    await browser.listing?.loadAll();
    await browser.refresh();
    expect(browser.rows).toHaveLength(500);
  });

  it('can list a bucket with keys that may not list buckets', async () => {
    await browser.start();
    const buckets = store.buckets;
    store.buckets = () => Promise.reject(new Error('Access Denied'));
    store.list.push(connection('minio'));
    await browser.go({ connection: 'minio', bucket: 'b', prefix: '' });
    expect(browser.error).toBeNull();
    expect(names()).toEqual(['a', 'b.csv', 'c.csv']);
    store.buckets = buckets;
  });
});
