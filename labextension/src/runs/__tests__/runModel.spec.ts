import { FakeClient, run, task, until } from '../../__tests__/fakeClient';
import { ResponseError } from '../../client/request';
import { RunModel } from '../runModel';

describe('RunModel', () => {
  let client: FakeClient;
  let model: RunModel;

  beforeEach(() => {
    client = new FakeClient();
  });

  afterEach(() => model.dispose());

  const make = async (id = 'a') => {
    model = new RunModel({ client, id });
    await until(() => model.run !== null || model.error !== null);
  };

  it('follows the run by its events', async () => {
    client.runs = [run('a', { state: 'RUNNING', seq: 2 })];
    await make();
    client.change(run('a', { state: 'SUCCEEDED', seq: 5 }));
    await until(() => model.run?.state === 'SUCCEEDED');
  });

  it('does not ask again for what it has', async () => {
    client.runs = [run('a', { state: 'RUNNING', seq: 7 })];
    await make();
    client.calls = [];
    client.runChanged.emit({ run_id: 'a', state: 'RUNNING', seq: 7 });
    client.runChanged.emit({ run_id: 'other', state: 'RUNNING', seq: 9 });
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(client.calls).toEqual([]);
  });

  it('finds the disk use of a run that is over', async () => {
    client.runs = [run('a')];
    await make();
    await until(() => model.bytes === 2048);
  });

  it('says that a run is unknown, and does not go on asking', async () => {
    client.failure = new ResponseError({ status: 404 } as Response, 'No run a.');
    await make();
    expect(model.isMissing).toBe(true);
    expect(model.error).toBe('No run a.');
  });

  it('shows the failed step first, else the one that goes on, until somebody selects', async () => {
    client.runs = [
      run('a', {
        state: 'RUNNING',
        tasks: [task('one'), task('two', { state: 'RUNNING' }), task('three', { state: 'QUEUED', started: null })]
      })
    ];
    await make();
    expect(model.selected).toBe('two');
    client.change(
      run('a', { seq: 3, state: 'FAILED', tasks: [task('one', { state: 'FAILED' }), task('two'), task('three')] })
    );
    await until(() => model.selected === 'one');
    model.select('three');
    expect(model.selected).toBe('three');
  });

  it('has one log per attempt of a step', async () => {
    client.runs = [run('a')];
    await make();
    expect(model.log(task('load'))).toBe(model.log(task('load')));
    expect(model.log(task('load', { attempt: 2 }))).not.toBe(model.log(task('load')));
  });
});
