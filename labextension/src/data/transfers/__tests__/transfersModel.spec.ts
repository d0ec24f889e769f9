import { FakeStore, transfer } from '../../__tests__/fakeStore';
import { TransfersModel } from '../transfersModel';

describe('TransfersModel', () => {
  let store: FakeStore;
  let model: TransfersModel;
  const asked = () => store.calls.filter(call => call === 'transfers').length;

  beforeEach(() => {
    jest.useFakeTimers();
    store = new FakeStore();
    model = new TransfersModel({ client: store.client, interval: 5 });
  });

  afterEach(() => {
    model.dispose();
    jest.useRealTimers();
  });

  it('asks again and again while one runs, and says when it is over', async () => {
    const ended: string[] = [];
    model.ended.connect((_, one) => ended.push(`${one.id} ${one.state}`));
    await model.start({ kind: 'delete', sources: [] });
    await jest.advanceTimersByTimeAsync(50);
    expect(asked()).toBeGreaterThan(2);
    expect(ended).toEqual([]);
    store.running[0].state = 'done';
    await jest.advanceTimersByTimeAsync(50);
    expect(ended).toEqual(['t1 done']);
    const before = asked();
    await jest.advanceTimersByTimeAsync(1000);
    expect(asked()).toBe(before);
  });

  it('asks once when nothing runs', async () => {
    store.running = [transfer('old', { state: 'done' })];
    await model.refresh();
    await jest.advanceTimersByTimeAsync(1000);
    expect(asked()).toBe(1);
    expect(model.transfers.map(one => one.id)).toEqual(['old']);
  });

  it('cancels one that runs and forgets one that is over', async () => {
    await model.start({ kind: 'size', sources: [] });
    await model.end('t1');
    expect(model.transfers[0].state).toBe('cancelled');
    await model.end('t1');
    expect(model.transfers).toEqual([]);
  });

  it('keeps the list when the server does not answer', async () => {
    store.running = [transfer('old', { state: 'done' })];
    await model.refresh();
    store.failure = new Error('The Jupyter server cannot be reached.');
    await model.refresh();
    expect(model.error).toBe('The Jupyter server cannot be reached.');
    expect(model.transfers).toHaveLength(1);
  });
});
