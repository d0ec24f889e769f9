import { FakeClient, run, until } from '../../__tests__/fakeClient';
import { RunsModel } from '../runsModel';

describe('RunsModel', () => {
  let client: FakeClient;
  let model: RunsModel;

  const at = (minute: number) => `2026-01-01T10:${String(minute).padStart(2, '0')}:00.000Z`;
  const ids = () => model.runs.map(each => each.id);
  const make = async (pageSize?: number) => {
    model = new RunsModel({ client, pageSize });
    await until(() => model.isReady);
  };

  beforeEach(() => {
    client = new FakeClient();
  });

  afterEach(() => model.dispose());

  it('shows runs that go on first, then the newest', async () => {
    client.runs = [
      run('old', { created: at(1), state: 'RUNNING' }),
      run('new', { created: at(3) }),
      run('mid', { created: at(2), state: 'FAILED' })
    ];
    await make();
    expect(ids()).toEqual(['old', 'new', 'mid']);
  });

  it('loads page by page, and finds a run that goes on beyond the first page', async () => {
    client.runs = Array.from({ length: 5 }, (_, i) => run(`r${i}`, { created: at(10 + i) }));
    client.runs.push(run('long', { created: at(1), state: 'RUNNING' }));
    await make(2);
    expect(ids()).toEqual(['long', 'r4', 'r3']);
    expect(model.hasMore).toBe(true);
    await model.more();
    await model.more();
    expect(ids()).toEqual(['long', 'r4', 'r3', 'r2', 'r1', 'r0']);
    expect(model.hasMore).toBe(false);
  });

  it('shows a change when an event says so, asking for that run alone', async () => {
    client.runs = [run('a', { created: at(1), state: 'RUNNING', finished: null })];
    await make();
    client.calls = [];
    client.change(run('a', { created: at(1), state: 'FAILED' }));
    await until(() => model.find('a')?.state === 'FAILED');
    expect(client.calls).toEqual(['get a']);
  });

  it('shows a run that was started elsewhere', async () => {
    await make();
    client.change(run('b', { state: 'RUNNING' }));
    await until(() => ids().includes('b'));
  });

  it('tells once that a run is over', async () => {
    const over: string[] = [];
    client.runs = [run('a', { state: 'RUNNING' })];
    await make();
    model.finished.connect((_, each) => over.push(`${each.id} ${each.state}`));
    client.change(run('a', { state: 'SUCCEEDED' }));
    await until(() => over.length > 0);
    await model.refresh();
    expect(over).toEqual(['a SUCCEEDED']);
  });

  it('tells that a run is over when no event came', async () => {
    const over: string[] = [];
    client.runs = [run('a', { state: 'RUNNING' })];
    await make();
    model.finished.connect((_, each) => over.push(each.id));
    client.runs = [run('a', { state: 'CANCELLED' })];
    client.refetch.emit();
    await until(() => over.length === 1);
  });

  it('knows which runs were started from this page', async () => {
    await make();
    await client.start();
    expect(ids()).toEqual(['started']);
    expect(model.isOwn('started')).toBe(true);
    expect(model.isOwn('other')).toBe(false);
  });

  it('asks the server to filter, and still knows what goes on', async () => {
    client.runs = [run('a', { name: 'wine' }), run('bb', { name: 'digits', state: 'RUNNING' })];
    await make();
    await model.setFilter('wine');
    expect(ids()).toEqual(['a']);
    expect(model.active.map(each => each.id)).toEqual(['bb']);
    await model.setFilter('');
    expect(ids()).toEqual(['bb', 'a']);
  });

  it('forgets the answer of an earlier question', async () => {
    client.runs = [run('a', { name: 'wine' }), run('bb', { name: 'digits' })];
    await make();
    await Promise.all([model.setFilter('wine'), model.setFilter('digits')]);
    expect(ids()).toEqual(['bb']);
  });

  it('keeps what it has and says why when the server does not answer', async () => {
    client.runs = [run('a')];
    await make();
    client.failure = new Error('no network');
    await model.refresh();
    expect(model.error).toBe('no network');
    expect(ids()).toEqual(['a']);
    client.failure = null;
    await model.refresh();
    expect(model.error).toBeNull();
  });

  it('does not go back to an answer that was overtaken', async () => {
    client.runs = [run('a', { state: 'RUNNING', seq: 2 })];
    await make();
    let late: (() => void) | undefined;
    const get = client.get;
    client.get = async id => {
      const answer = await get(id);
      client.get = get;
      await new Promise<void>(resolve => (late = resolve));
      return answer;
    };
    client.change(run('a', { state: 'RUNNING', seq: 3 }));
    await until(() => late !== undefined);
    client.change(run('a', { state: 'SUCCEEDED', seq: 9 }));
    await until(() => model.find('a')?.state === 'SUCCEEDED');
    late?.();
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(model.find('a')?.state).toBe('SUCCEEDED');
  });

  it('removes a run from the list when it was deleted', async () => {
    client.runs = [run('a'), run('bb')];
    await make();
    await model.remove('a');
    expect(ids()).toEqual(['bb']);
  });

  it('shows at once that a run is being cancelled', async () => {
    client.runs = [run('a', { state: 'RUNNING' })];
    await make();
    await model.cancel('a');
    expect(model.find('a')?.state).toBe('CANCELLING');
  });

  it('does not listen any more after it was disposed', async () => {
    await make();
    model.dispose();
    client.calls = [];
    client.change(run('late'));
    client.refetch.emit();
    await new Promise(resolve => setTimeout(resolve, 200));
    expect(client.calls).toEqual([]);
  });
});
