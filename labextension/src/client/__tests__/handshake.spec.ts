import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { FakeClient } from '../../__tests__/fakeClient';
import { VERSION } from '../../version';
import { handshake } from '../handshake';
import { ResponseError } from '../request';

const trans = nullTranslator.load('cellift');

describe('handshake', () => {
  let client: FakeClient;

  beforeEach(() => {
    client = new FakeClient();
    Notification.dismiss();
  });

  const messages = () => Notification.manager.notifications.map(each => each.message);
  const labels = () => Notification.manager.notifications.flatMap(each => each.options.actions ?? []).map(a => a.label);

  it('says nothing when the versions are the same', async () => {
    client.status = async () => ({ version: VERSION, active: 0 });
    await expect(handshake(client, trans)).resolves.toBe(true);
    expect(messages()).toEqual([]);
  });

  it('says what to do when the server is another version', async () => {
    client.status = async () => ({ version: '9.9.9', active: 0 });
    await handshake(client, trans);
    expect(messages()[0]).toContain(`${VERSION} in this page and 9.9.9 on the server`);
    expect(labels()).toEqual(['Reload page']);
  });

  it('offers the command when the server extension is missing', async () => {
    client.status = () => Promise.reject(new ResponseError({ status: 404 } as Response, 'Not Found'));
    await expect(handshake(client, trans)).resolves.toBe(false);
    expect(messages()[0]).toContain('does not have the Cellift extension');
    expect(labels()).toEqual(['Copy command']);
  });

  it('leaves other failures to the sections', async () => {
    client.status = () => Promise.reject(new Error('no network'));
    await expect(handshake(client, trans)).resolves.toBe(false);
    expect(messages()).toEqual([]);
  });
});
