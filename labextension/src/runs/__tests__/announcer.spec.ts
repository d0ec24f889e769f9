import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { FakeClient, run, until } from '../../__tests__/fakeClient';
import { RunAnnouncer } from '../announcer';
import { RunsModel } from '../runsModel';

describe('RunAnnouncer', () => {
  let client: FakeClient;
  let model: RunsModel;
  let announcer: RunAnnouncer;
  let opened: string[];

  const said = () => document.querySelector('[data-testid=cellift-live]')?.textContent ?? '';
  const notes = () => Notification.manager.notifications;

  beforeEach(async () => {
    Notification.dismiss();
    client = new FakeClient();
    model = new RunsModel({ client });
    opened = [];
    const trans = nullTranslator.load('cellift');
    announcer = new RunAnnouncer({ model, trans, open: id => opened.push(id) });
    await until(() => model.isReady);
  });

  afterEach(() => {
    announcer.dispose();
    model.dispose();
  });

  it('notifies who started the run here, with a way to its page', async () => {
    await client.start();
    client.change(run('started', { name: 'wine', state: 'SUCCEEDED' }));
    await until(() => notes().length === 1);
    expect(notes()[0].message).toBe('Run wine succeeded in 4.1 s.');
    expect(notes()[0].type).toBe('success');
    notes()[0].options.actions?.[0].callback(new MouseEvent('click'));
    expect(opened).toEqual(['started']);
  });

  it('keeps the notification of a failure until it is dismissed, with the reason', async () => {
    await client.start();
    const error = { reason: 'Exception', type: 'ValueError', message: 'bad', cell: null, line: null, traceback: null };
    client.change(run('started', { name: 'wine', state: 'FAILED', error }));
    await until(() => notes().length === 1);
    expect(notes()[0].message).toBe('Run wine failed. ValueError: bad');
    expect(notes()[0].options.autoClose).toBe(false);
  });

  it('only tells screen readers of a run that was started elsewhere', async () => {
    client.change(run('other', { name: 'wine', state: 'RUNNING' }));
    await until(() => model.find('other') !== undefined);
    client.change(run('other', { name: 'wine', state: 'CANCELLED' }));
    await until(() => said() === 'Run wine was cancelled after 4.1 s.');
    expect(notes()).toHaveLength(0);
  });

  it('takes its live region away when it is disposed', () => {
    announcer.dispose();
    expect(document.querySelector('[data-testid=cellift-live]')).toBeNull();
  });
});
