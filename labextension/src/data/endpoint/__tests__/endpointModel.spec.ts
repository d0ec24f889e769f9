import { until } from '../../../__tests__/fakeClient';
import { endpoint, FakeStore } from '../../__tests__/fakeStore';
import { EndpointModel } from '../endpointModel';

describe('EndpointModel', () => {
  let store: FakeStore;
  let model: EndpointModel;
  const copied: string[] = [];

  beforeEach(() => {
    store = new FakeStore();
    copied.length = 0;
    model = new EndpointModel({ client: store.client, copyText: text => copied.push(text), interval: 1 });
  });

  afterEach(() => model.dispose());

  it('starts it once, whoever asks again meanwhile, and stops it', async () => {
    await Promise.all([model.start(), model.start(), model.refresh()]);
    expect(store.calls.filter(call => call === 'start endpoint')).toHaveLength(1);
    expect(model.isRunning).toBe(true);
    model.copyAddress();
    expect(copied).toEqual(['http://127.0.0.1:4242']);
    await model.stop();
    expect([model.isRunning, model.hasEnded]).toEqual([false, false]);
    model.copyAddress();
    expect(copied).toHaveLength(1);
  });

  it('asks again and again only while it runs, and sees that it ended', async () => {
    await model.refresh();
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(store.calls).toEqual(['endpoint']);
    await model.start();
    await until(() => store.calls.length > 4);
    store.served = endpoint(false);
    await until(() => model.hasEnded);
    expect(model.isRunning).toBe(false);
    await model.start();
    expect(model.hasEnded).toBe(false);
  });

  it('keeps what it knows when the server refuses, with the reason', async () => {
    store.failure = new Error('It needs rclone.');
    await model.start();
    expect([model.error, model.isRunning, model.busy]).toEqual(['It needs rclone.', false, null]);
    store.failure = null;
    await model.start();
    expect([model.error, model.isRunning]).toEqual([null, true]);
  });

  it('does not take an answer for the newest that was asked for before a start', async () => {
    store.held = [];
    const asked = model.refresh();
    const [answerFirst] = store.held;
    store.held = null;
    await model.start();
    store.served = endpoint(false);
    answerFirst();
    await asked;
    expect(model.isRunning).toBe(true);
  });
});
