import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { until } from '../../../__tests__/fakeClient';
import type { IMounted } from '../../../__tests__/mount';
import { mount } from '../../../__tests__/mount';
import { connection, FakeStore, transfer } from '../../__tests__/fakeStore';
import { DataActions } from '../../actions';
import { DataBrowser } from '../../browser';
import { EndpointModel } from '../../endpoint/endpointModel';
import { Memory } from '../../memory';
import { TransfersModel } from '../../transfers/transfersModel';
import { Uploads } from '../../transfers/uploads';
import { DataPane } from '../dataPane';

const trans = nullTranslator.load('cellift');

describe('DataPane', () => {
  let store: FakeStore;
  let actions: DataActions;
  let endpoint: EndpointModel;
  let view: IMounted;
  const opened: string[] = [];
  const runs: string[] = [];

  const show = async (prefix: string | null = '') => {
    const { client } = store;
    actions = new DataActions({
      client,
      browser: new DataBrowser({ client, memory: new Memory(null), typingDelay: 0 }),
      transfers: new TransfersModel({ client }),
      uploads: new Uploads({ client, trans }),
      trans,
      copyText: () => undefined
    });
    endpoint = new EndpointModel({ client, copyText: () => undefined });
    view = mount(
      <DataPane
        actions={actions}
        client={client}
        endpoint={endpoint}
        trans={trans}
        onMenu={() => undefined}
        onOpen={name => opened.push(name)}
        onOpenRun={id => runs.push(id)}
      />
    );
    await actions.browser.start();
    if (prefix !== null) {
      await actions.browser.go({ connection: 'local', bucket: 'b', prefix });
    }
    const path = `local${prefix === null ? '' : `/b/${prefix}`.replace(/\/$/, '')}`;
    await see(() => get('path').textContent === path && get('list').getAttribute('aria-busy') === 'false');
  };
  /** What is rendered soon; until then there may be nothing. */
  const see = (condition: () => boolean) =>
    until(() => {
      try {
        return condition();
      } catch {
        return false;
      }
    });
  const get = (id: string) => view.get(`[data-testid="cellift-data-${id}"]`);
  const rows = () => view.all('[data-testid="cellift-data-row"]');
  const key = (name: string) => view.key(get('list'), name);
  const press = (label: string, within = view.node) => {
    const found = [...within.querySelectorAll('button')].filter(one => one.textContent === label);
    expect(found).toHaveLength(1);
    view.click(found[0]);
  };
  const selected = () => view.all('[aria-selected="true"]').map(row => row.dataset.name);

  beforeEach(() => {
    store = new FakeStore();
    opened.length = runs.length = 0;
  });

  afterEach(() => {
    view.unmount();
    endpoint.dispose();
    actions.dispose();
    actions.browser.dispose();
    actions.transfers.dispose();
    actions.uploads.dispose();
  });

  it('teaches while there is no bucket, with the first step as a button', async () => {
    store.buckets = async () => ({ buckets: [], features: [], read_only: false });
    await show(null);
    expect(get('empty').textContent).toContain('Data is kept in buckets.');
    press('Create the first bucket');
    const input = get('bucket-form').querySelector('input') as HTMLInputElement;
    expect(document.activeElement).toBe(input);
    view.type(input, 'iris');
    view.click(get('bucket-form').querySelector('button') as HTMLElement);
    await see(() => actions.browser.location?.bucket === 'iris');
    expect(store.calls).toContain('make bucket iris');
  });

  it('offers to upload into a bucket with nothing in it, unless it is read-only', async () => {
    await show();
    expect(get('empty').textContent).toContain('Drop files or folders here.');
    view.unmount();
    store.read_only = true;
    await show();
    expect(get('empty').textContent).toBe('Nothing is in here.');
    expect(get('upload')).toHaveProperty('disabled', true);
  });

  it('draws the rows that are seen, of however many', async () => {
    for (let number = 0; number < 5000; number++) {
      store.keys.set(`k${String(number).padStart(4, '0')}`, number);
    }
    await show();
    key('End');
    await see(() => actions.browser.listing?.isComplete === true);
    await see(() => get('list').getAttribute('aria-rowcount') === '5000');
    expect(rows().length).toBeLessThan(100);
  });

  it('selects and opens with the keyboard', async () => {
    store.keys.set('a/1', 1).set('b', 2).set('c', 3);
    await show();
    get('list').focus();
    key('ArrowDown');
    await see(() => selected().join() === 'b'); // the first row had the keyboard
    key('End');
    await see(() => selected().join() === 'c');
    key('Enter');
    expect(opened).toEqual(['c']);
    key('Home');
    key('Enter');
    await see(() => actions.browser.location?.prefix === 'a/');
    key('Backspace');
    await see(() => actions.browser.location?.prefix === '' && selected().join() === 'a');
    key('F2');
    await see(() => get('rename-form') !== null);
  });

  it('asks before it deletes, with the keyboard on the way out', async () => {
    store.keys.set('b', 2);
    store.plans = { objects: 1, bytes: 2 };
    await show();
    view.click(rows()[0]);
    key('Delete');
    await see(() => get('plan').textContent === '1 object, 2 B. This cannot be undone.');
    expect(document.activeElement?.textContent).toBe('Cancel');
    expect(store.started).toEqual([]);
    view.click(get('delete-confirm'));
    await see(() => store.started.length === 1);
    await see(() => view.all('[data-testid="cellift-data-delete"]').length === 0);
  });

  it('deletes and renames nothing through a connection that is read-only', async () => {
    store.keys.set('b', 2);
    store.read_only = true;
    await show();
    view.click(rows()[0]);
    key('Delete');
    key('F2');
    expect(actions.form).toBeNull();
    expect(store.calls.filter(call => call.startsWith('plan'))).toEqual([]);
  });

  it('shows hostile names as text', async () => {
    store.keys.set('<img src=x onerror=alert(1)>', 1);
    await show();
    expect(view.all('img')).toEqual([]);
    expect(rows()[0].textContent).toContain('<img src=x onerror=alert(1)>');
  });

  it('says why a connection cannot be used, and keeps the others within reach', async () => {
    store.list.push(connection('old', { unusable: 'Its keys are in a file that others can read: chmod 600 it.' }));
    await show(null);
    store.failure = new Error('The connection cannot be used.');
    await actions.browser.go({ connection: 'old', bucket: null, prefix: '' });
    await see(() => get('error').textContent?.startsWith('Its keys are in a file') === true);
    expect(view.all('option').map(option => option.textContent)).toEqual(['local', 'old (cannot be used)']);
  });

  it('never fills a secret in again, and sends none that was not typed', async () => {
    store.list.push(connection('minio', { key_id: 'AKIA…' }));
    await show(null);
    actions.ask({ kind: 'connection', name: 'minio' });
    await see(() => view.all('[data-testid="cellift-data-connection-form"]').length === 1);
    expect(view.get('[data-field="secret"]')).toMatchObject({ type: 'password', value: '' });
    expect(view.get('[data-field="token"]')).toMatchObject({ type: 'password', value: '' });
    press('Save and test');
    await see(() => get('connection-said').textContent === 'It works: 1 bucket.');
    const sent = store.calls.find(call => call.startsWith('keep')) ?? '';
    expect(sent).toContain('"url":"https://minio.example"');
    expect(sent).not.toMatch(/secret|token|key_id/);
    view.type(view.get('[data-field="secret"]'), 'hunter2');
    await see(() => !(get('connection-form').querySelector('button') as HTMLButtonElement).disabled);
    press('Save and test');
    await see(() => store.calls.some(call => call.includes('"secret":"hunter2"')));
    await see(() => (view.get('[data-field="secret"]') as HTMLInputElement).value === '');
  });

  it('tells which run made an object, and opens it', async () => {
    store.keys.set('m.bin', 1);
    const use = { run: 'r1', name: 'train', task: 't', created: '2026-01-01T00:00:00.000Z', etag: 'e' };
    store.madeBy = async () => [
      { ...use, role: 'made' },
      { ...use, run: 'r2', name: 'report', role: 'read' }
    ];
    await show();
    view.click(rows()[0]);
    await see(() => view.all('.cl-Details-madeBy').length === 2);
    expect(get('made-by').textContent).toContain('made by run train');
    press('report', get('read-by'));
    expect(runs).toEqual(['r2']);
  });

  it('shows an old version, and restores it unless the object changed meanwhile', async () => {
    store.keys.set('m.bin', 1);
    store.features = ['versions'];
    const one = { key: 'm.bin', size: 1, modified: null, is_delete_marker: false };
    store.versions = async () =>
      [
        { ...one, etag: 'e', version: 'v2', is_latest: true },
        { ...one, etag: 'old', version: 'v1', is_latest: false, size: 7 }
      ] as never;
    await show();
    view.click(rows()[0]);
    await see(() => view.all('.cl-Details-versions li').length === 2);
    const [newest, old] = view.all('.cl-Details-versions li');
    expect([newest.getAttribute('aria-current'), old.getAttribute('aria-current')]).toEqual(['true', 'false']);
    press('View', old);
    await see(() => get('download').getAttribute('href')?.endsWith('&version=v1') === true);
    press('Restore', old);
    await see(() => store.calls.includes('content m.bin v1') && store.calls.includes('put m.bin if e'));
  });

  it('offers the S3 endpoint beside the buckets of this machine, and shows one that runs everywhere', async () => {
    const shown = () => view.all('[data-testid="cellift-endpoint"]').length;
    await show();
    expect(shown()).toBe(0);
    await actions.browser.go({ connection: 'local', bucket: null, prefix: '' });
    await see(() => shown() === 1);
    view.click('[data-testid="cellift-endpoint-button"]');
    await see(() => endpoint.isRunning);
    await actions.browser.go({ connection: 'local', bucket: 'b', prefix: '' });
    await see(() => get('path').textContent === 'local/b');
    expect(shown()).toBe(1);
  });

  it('shows how far transfers are, and cancels them', async () => {
    store.running = [
      transfer('t1', { kind: 'copy', bytes: 1024, total_bytes: 4096, speed: 1024, title: 'Copy a to b' }),
      transfer('t2', { state: 'failed', error: 'The disk is full.', title: 'Upload c' })
    ];
    await show(null);
    await actions.transfers.refresh();
    await see(() => view.all('[data-testid="cellift-data-transfer"]').length === 2);
    expect(get('transfers').textContent).toContain('Transfers: 1 running');
    expect(get('transfers').textContent).toContain('1.0 KiB of 4.0 KiB · 1.0 KiB/s · 3.0 s left');
    expect(get('transfers').textContent).toContain('The disk is full.');
    view.click('[aria-label="Cancel: Copy a to b"]');
    await see(() => store.calls.includes('end t1'));
  });
});
