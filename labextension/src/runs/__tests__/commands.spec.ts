import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { INotebookTracker } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { FakeClient, run, until } from '../../__tests__/fakeClient';
import type { IRunRequest } from '../../tokens';
import { CommandIDs, runActions } from '../actions';
import { addRunCommands } from '../commands';
import { RunsModel } from '../runsModel';

describe('run commands', () => {
  let client: FakeClient;
  let model: RunsModel;
  let commands: CommandRegistry;
  let clicked: HTMLElement | null;
  let shown: string[];
  let removed: string[];
  let open: { path: string; content: object } | null;

  const content = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };

  const make = async () => {
    commands = new CommandRegistry();
    clicked = null;
    shown = [];
    removed = [];
    model = new RunsModel({ client });
    await until(() => model.isReady);
    const notebooks = {
      find: (match: (panel: unknown) => boolean) => {
        const panel = open && {
          context: { path: open.path },
          content: { model: { toJSON: () => open?.content } }
        };
        return panel && match(panel) ? panel : undefined;
      }
    } as unknown as INotebookTracker;
    addRunCommands({
      app: {
        commands,
        contextMenuHitTest: (test: (node: HTMLElement) => boolean) => (clicked && test(clicked) ? clicked : undefined),
        serviceManager: { contents: { get: async () => ({ content: { ...content, saved: true } }) } }
      } as unknown as JupyterFrontEnd,
      client,
      model,
      notebooks,
      trans: nullTranslator.load('cellift'),
      show: async id => {
        shown.push(id);
      },
      removed: id => removed.push(id)
    });
  };

  beforeEach(() => {
    Notification.dismiss();
    client = new FakeClient();
    open = null;
  });

  afterEach(() => model.dispose());

  it('each have a label and say what arguments they take', async () => {
    await make();
    for (const id of Object.values(CommandIDs)) {
      expect(commands.label(id)).not.toBe('');
      expect(commands.caption(id)).not.toBe('');
      expect((await commands.describedBy(id)).args).toBeTruthy();
    }
  });

  it('open the newest run when none is named', async () => {
    client.runs = [run('old', { created: '2026-01-01T00:00:00.000Z' }), run('new')];
    await make();
    expect(commands.label(CommandIDs.openRun)).toBe('Open Latest Run');
    await commands.execute(CommandIDs.openRun);
    expect(shown).toEqual(['new']);
  });

  it('mean the run under the context menu only when the context menu says so', async () => {
    client.runs = [run('a', { state: 'RUNNING' }), run('bb', { state: 'RUNNING' })];
    await make();
    clicked = document.createElement('li');
    clicked.dataset.runId = 'a';
    expect(commands.isEnabled(CommandIDs.cancelRun)).toBe(false);
    await commands.execute(CommandIDs.cancelRun, { clicked: true });
    expect(client.calls).toContain('cancel a');
  });

  it('stop the only run that goes on, and none that is over', async () => {
    client.runs = [run('a', { state: 'RUNNING' }), run('bb')];
    await make();
    expect(commands.isEnabled(CommandIDs.cancelRun, { id: 'bb' })).toBe(false);
    await commands.execute(CommandIDs.cancelRun);
    expect(client.calls).toContain('cancel a');
  });

  it('delete without asking again what was confirmed in place, and close its page', async () => {
    client.runs = [run('a')];
    await make();
    runActions(commands).remove('a');
    await until(() => removed.length === 1);
    expect(client.calls).toContain('remove a');
  });

  it('ask before a delete from the menu', async () => {
    client.runs = [run('a')];
    await make();
    const asking = commands.execute(CommandIDs.removeRun, { id: 'a' });
    const dialog = () => document.querySelector('.jp-Dialog')?.textContent ?? '';
    await until(() => dialog().includes('Delete run name of a?'));
    document.querySelector<HTMLElement>('.jp-Dialog button.jp-mod-reject')?.click();
    await asking;
    expect(client.calls).not.toContain('remove a');
  });

  it('run again what is in the editor, saved or not, with the parameters of the run', async () => {
    const started: IRunRequest[] = [];
    client.runs = [run('a', { params: { n: 3 } })];
    await make();
    const start = client.start;
    client.start = ((request: IRunRequest) => {
      started.push(request);
      return start();
    }) as typeof client.start;
    open = { path: 'nb.ipynb', content: { ...content, unsaved: true } };
    await commands.execute(CommandIDs.rerun, { id: 'a' });
    open = null;
    await commands.execute(CommandIDs.rerun, { id: 'a' });
    expect(started).toEqual([
      { path: 'nb.ipynb', content: { ...content, unsaved: true }, params: { n: 3 } },
      { path: 'nb.ipynb', content: { ...content, saved: true }, params: { n: 3 } }
    ]);
    expect(shown).toEqual(['started', 'started']);
  });

  it('say why they failed', async () => {
    client.runs = [run('a', { state: 'RUNNING' })];
    await make();
    client.failure = new Error('The run is over.');
    await commands.execute(CommandIDs.cancelRun, { id: 'a' });
    expect(Notification.manager.notifications.map(each => each.message)).toEqual(['The run is over.']);
    expect(Notification.manager.notifications[0].options.autoClose).toBeTruthy();
  });
});
