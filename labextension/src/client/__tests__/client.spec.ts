import type { Event } from '@jupyterlab/services';
import { ServerConnection } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { until } from '../../__tests__/fakeClient';
import type { IRunEvent } from '../../tokens';
import { CelliftClient, RUN_SCHEMA } from '../client';
import { requestAPI } from '../request';

jest.mock('../request', () => ({ ...jest.requireActual('../request'), requestAPI: jest.fn() }));

const request = requestAPI as jest.MockedFunction<typeof requestAPI>;

describe('CelliftClient', () => {
  const serverSettings = ServerConnection.makeSettings({ baseUrl: 'http://localhost/user/me/' });
  let stream: Signal<Event.IManager, Event.Emission>;
  let client: CelliftClient;
  let hidden: jest.SpyInstance;

  beforeEach(() => {
    request.mockReset();
    request.mockResolvedValue({});
    hidden = jest.spyOn(document, 'hidden', 'get').mockReturnValue(false);
    stream = new Signal<Event.IManager, Event.Emission>({} as Event.IManager);
    client = new CelliftClient({ serverSettings, events: { stream } as unknown as Event.IManager });
  });

  afterEach(() => {
    client.dispose();
    hidden.mockRestore();
  });

  const emit = (schema_id: string) =>
    stream.emit({ schema_id, run_id: 'r1', state: 'RUNNING', seq: 3 } as Event.Emission);
  const watched = () => request.mock.calls.filter(([path]) => path === 'watch').length;

  it('asks for a page of runs with the options that are set', async () => {
    await client.list({ limit: 50, q: 'a b', cursor: undefined, state: '' });
    expect(request).toHaveBeenCalledWith('runs?limit=50&q=a+b', {}, serverSettings);
  });

  it('sends the notebook as it is in the browser', async () => {
    const content = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    await client.analyse('a/b.ipynb', content);
    const body = JSON.stringify({ path: 'a/b.ipynb', content });
    expect(request).toHaveBeenCalledWith('graph', { method: 'POST', body }, serverSettings);
    await client.analyse('a/b.ipynb', content, { explain: true });
    expect(request).toHaveBeenCalledWith('graph?explain=1', { method: 'POST', body }, serverSettings);
    await client.importKale('a/b.ipynb', content);
    expect(request).toHaveBeenCalledWith('import/kale', { method: 'POST', body }, serverSettings);
  });

  it('says that a run was started from here', async () => {
    request.mockResolvedValue({ id: 'r1' });
    const started: string[] = [];
    client.runStarted.connect((_, run) => started.push(run.id));
    await client.start({ path: 'a.ipynb', content: { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 } });
    expect(started).toEqual(['r1']);
  });

  it('cancels, removes and reads logs at the addresses of the run', async () => {
    await client.cancel('r1');
    const refetched = jest.fn();
    client.refetch.connect(refetched);
    await client.remove('r1');
    expect(refetched).toHaveBeenCalledTimes(1);
    await client.logs('r1', 'train', { offset: 10, limit: 5 });
    expect(request.mock.calls.map(([path, init]) => `${init.method ?? 'GET'} ${path}`)).toEqual([
      'POST runs/r1/cancel',
      'DELETE runs/r1',
      'GET runs/r1/logs/train?offset=10&limit=5'
    ]);
  });

  it('gives addresses of shown files below the prefix of a Hub', () => {
    expect(client.fileUrl('r1', 'train', 'a plot.png')).toBe(
      'http://localhost/user/me/cellift/api/runs/r1/files/train/a%20plot.png'
    );
  });

  it('passes on the events of its schema and no others', () => {
    const seen: IRunEvent[] = [];
    client.runChanged.connect((_, event) => seen.push(event));
    emit('https://events.jupyter.org/other');
    emit(RUN_SCHEMA);
    expect(seen.map(event => event.run_id)).toEqual(['r1']);
  });

  it('asks the server to watch once somebody listens, not before', async () => {
    expect(watched()).toBe(0);
    client.runChanged.connect(() => undefined);
    await until(() => watched() === 1);
  });

  it('asks the server to watch again, and for a fresh look, when the page is shown again', async () => {
    let refetched = 0;
    client.refetch.connect(() => (refetched += 1));
    client.runChanged.connect(() => undefined);
    await until(() => watched() === 1);
    hidden.mockReturnValue(true);
    document.dispatchEvent(new window.Event('visibilitychange'));
    expect(refetched).toBe(0);
    hidden.mockReturnValue(false);
    document.dispatchEvent(new window.Event('visibilitychange'));
    expect(refetched).toBe(1);
    await until(() => watched() === 2);
  });

  it('is silent after it was disposed', () => {
    let seen = 0;
    client.runChanged.connect(() => (seen += 1));
    client.dispose();
    emit(RUN_SCHEMA);
    document.dispatchEvent(new window.Event('visibilitychange'));
    expect(seen).toBe(0);
  });
});
