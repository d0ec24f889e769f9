import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { FakeClient, run, task, until } from '../../../__tests__/fakeClient';
import type { IMounted } from '../../../__tests__/mount';
import { mount } from '../../../__tests__/mount';
import { ResponseError } from '../../../client/request';
import type { IRunActions } from '../../actions';
import { RunModel } from '../../runModel';
import { RunPage } from '../runPage';

const trans = nullTranslator.load('cellift');

const ERROR = {
  reason: 'Exception',
  type: 'ValueError',
  message: 'bad',
  task: 'train',
  cell: 'cell-id',
  line: 12,
  traceback: 'Traceback (most recent call last):\n  cell 7, line 12\n    fit()\nValueError: bad\n'
};

describe('RunPage', () => {
  let client: FakeClient;
  let model: RunModel;
  let actions: jest.Mocked<IRunActions>;
  let view: IMounted;

  const show = async () => {
    model = new RunModel({ client, id: 'a' });
    await until(() => model.run !== null || model.error !== null);
    view = mount(<RunPage model={model} trans={trans} actions={actions} />);
  };

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

  afterEach(() => {
    view.unmount();
    model.dispose();
  });

  it('puts the error first, with a link to the cell and line', async () => {
    client.runs = [
      run('a', { state: 'FAILED', error: ERROR, tasks: [task('train', { state: 'FAILED', error: ERROR })] })
    ];
    await show();
    const box = view.get('[data-testid=cellift-error]');
    expect(box.textContent).toMatch(/^ValueError: bad/);
    expect(view.get('details').hasAttribute('open')).toBe(false);
    expect(view.get('[data-testid=cellift-error-place]').textContent).toBe('cell 7, line 12');
    view.click('[data-testid=cellift-error-place]');
    expect(actions.openCell).toHaveBeenCalledWith('nb.ipynb', 'cell-id', 12);
  });

  it('names the place without a link when this server cannot open the notebook', async () => {
    const source = { notebook: '/elsewhere/nb.ipynb', path: null };
    client.runs = [run('a', { state: 'FAILED', error: ERROR, source })];
    await show();
    expect(view.all('[data-testid=cellift-error-place]')).toHaveLength(0);
    expect(view.get('[data-testid=cellift-error]').textContent).toContain('cell 7, line 12');
    expect(view.all('[data-testid=cellift-rerun]')).toHaveLength(0);
    expect(view.node.textContent).toContain('/elsewhere/nb.ipynb');
  });

  it('shows what the selected step gave and printed', async () => {
    client.log = 'hello from the step\n';
    client.runs = [
      run('a', {
        tasks: [
          task('load', { outputs: [{ name: 'X', type: 'ndarray', preview: 'array(3)', bytes: 2048 }] }),
          task('train')
        ]
      })
    ];
    await show();
    expect(view.get('[role=tab][aria-selected=true]').dataset.step).toBe('train');
    view.click('[data-step=load]');
    expect(view.get('[data-testid=cellift-outputs] tbody').textContent).toBe('Xndarray2.0 KiBarray(3)');
    await until(() => view.get('[data-testid=cellift-log]').textContent?.includes('hello from the step') ?? false);
  });

  it('moves between the steps with the arrow keys', async () => {
    client.runs = [run('a', { tasks: [task('one'), task('two'), task('three')] })];
    await show();
    view.get('[data-step=three]').focus();
    view.key(document.activeElement as HTMLElement, 'ArrowUp');
    expect((document.activeElement as HTMLElement).dataset.step).toBe('two');
    expect(model.selected).toBe('two');
  });

  it('shows plots as images and HTML in a frame that runs nothing', async () => {
    const display = [
      { cell: 'c', mime: 'image/png', file: 'display/plot.png' },
      { cell: 'c', mime: 'text/html', file: 'display/table.html' }
    ];
    client.runs = [run('a', { tasks: [task('report', { display })] })];
    await show();
    expect(view.get('img').getAttribute('src')).toBe('/files/a/report/plot.png');
    expect(view.get('iframe').getAttribute('sandbox')).toBe('allow-same-origin');
  });

  it('shows parameters and disk use', async () => {
    client.runs = [run('a', { params: { neighbours: 5, kernel: 'rbf' } })];
    await show();
    expect(view.get('[data-testid=cellift-params]').textContent).toBe('neighbours5kernelrbf');
    await until(() => view.all('[data-testid=cellift-disk-use]').some(each => each.textContent === '2.0 KiB'));
  });

  it('stops a run that goes on, once', async () => {
    client.runs = [run('a', { state: 'RUNNING', finished: null })];
    await show();
    view.click('[data-testid=cellift-cancel]');
    expect(actions.cancel).toHaveBeenCalledWith('a');
    client.change(run('a', { state: 'CANCELLING', finished: null, seq: 9 }));
    await until(() => view.get('[data-testid=cellift-cancel]').hasAttribute('disabled'));
  });

  it('asks in place before it deletes, and keeps on Escape', async () => {
    client.runs = [run('a')];
    await show();
    view.click('[data-testid=cellift-remove]');
    expect(document.activeElement?.textContent).toBe('Keep');
    view.key(document.activeElement as HTMLElement, 'Escape');
    expect(actions.remove).not.toHaveBeenCalled();
    view.click('[data-testid=cellift-remove]');
    view.click('[data-testid=cellift-remove-confirm]');
    expect(actions.remove).toHaveBeenCalledWith('a');
  });

  it('says that a run is not recorded', async () => {
    client.failure = new ResponseError({ status: 404 } as Response, 'No run');
    await show();
    expect(view.node.textContent).toContain('Run a is not recorded here.');
  });
});
