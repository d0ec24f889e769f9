import { nullTranslator } from '@jupyterlab/translation';
import { MimeModel } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import { FakeClient, run, task, until } from '../../__tests__/fakeClient';
import { ResponseError } from '../../client/request';
import type { IRunActions } from '../../runs/actions';
import { RUN_MIME, RunCard } from '../renderer';

describe('RunCard', () => {
  let client: FakeClient;
  let card: RunCard;
  let actions: jest.Mocked<IRunActions>;

  const show = async (data: object) => {
    card = new RunCard({ client, actions, trans: nullTranslator.load('cellift') });
    Widget.attach(card, document.body);
    await card.renderModel(new MimeModel({ data: { [RUN_MIME]: data as never } }));
  };
  const has = (text: string) => until(() => card.node.textContent?.includes(text) ?? false);

  beforeEach(() => {
    client = new FakeClient();
    actions = {
      open: jest.fn(),
      cancel: jest.fn(),
      remove: jest.fn(),
      rerun: jest.fn(),
      openCell: jest.fn(),
      openNotebook: jest.fn()
    };
  });

  afterEach(() => card.dispose());

  it('shows the run that the output names, as it is now', async () => {
    client.runs = [
      run('a', { state: 'RUNNING', finished: null, tasks: [task('load'), task('train', { state: 'RUNNING' })] })
    ];
    await show({ run_id: 'a', v: 1 });
    await has('Running');
    await has('1 of 2 steps');
    client.change(run('a', { seq: 4 }));
    await has('Succeeded');
  });

  it('puts failed steps first', async () => {
    client.runs = [run('a', { state: 'FAILED', tasks: [task('load'), task('train', { state: 'FAILED' })] })];
    await show({ run_id: 'a' });
    await has('Failed');
    const tabs = [...card.node.querySelectorAll<HTMLElement>('[role=tab]')].map(tab => tab.dataset.step);
    expect(tabs).toEqual(['train', 'load']);
  });

  it('opens the page of the run', async () => {
    client.runs = [run('a')];
    await show({ run_id: 'a' });
    await has('Open run');
    card.node.querySelector<HTMLElement>('[data-testid=cellift-open]')?.click();
    expect(actions.open).toHaveBeenCalledWith('a');
  });

  it('says that the run is unknown here', async () => {
    client.failure = new ResponseError({ status: 404 } as Response, 'No run');
    await show({ run_id: 'gone' });
    await has('Run gone is not recorded here.');
  });

  it('says that an output names no run', async () => {
    await show({});
    await has('This output names no run.');
  });

  it('stops listening when the output is cleared', async () => {
    client.runs = [run('a', { state: 'RUNNING' })];
    await show({ run_id: 'a' });
    await has('Running');
    card.dispose();
    client.calls = [];
    client.change(run('a', { seq: 9 }));
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(client.calls).toEqual([]);
  });
});
