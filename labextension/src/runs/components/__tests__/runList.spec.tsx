import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { FakeClient, run, until } from '../../../__tests__/fakeClient';
import type { IMounted } from '../../../__tests__/mount';
import { mount } from '../../../__tests__/mount';
import type { IRunActions } from '../../actions';
import { RunsModel } from '../../runsModel';
import { RunList } from '../runList';

const trans = nullTranslator.load('cellift');

describe('RunList', () => {
  let client: FakeClient;
  let model: RunsModel;
  let actions: jest.Mocked<IRunActions>;
  let view: IMounted;

  const show = async (runPipeline: RunList.IProps['runPipeline'] = null) => {
    model = new RunsModel({ client });
    await until(() => model.isReady);
    view = mount(<RunList model={model} trans={trans} actions={actions} runPipeline={runPipeline} />);
  };
  const row = (id: string) => view.get(`[data-run-id="${id}"]`);

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

  it('teaches while there is no run, with the first step as a button', async () => {
    const execute = jest.fn();
    await show({ label: 'Run Pipeline', caption: '', enabled: true, execute });
    expect(view.node.textContent).toContain('Mark a cell as a step, then press Run.');
    view.click('button');
    expect(execute).toHaveBeenCalled();
  });

  it('shows how long and one metric of a run that succeeded', async () => {
    const measured = { task: 't', step: null, time: '' };
    client.runs = [
      run('a', {
        // Which one tells most, the server says; it is not always the last.
        metric: { key: 'acc', value: 0.98053 },
        metrics: [
          { ...measured, key: 'acc', value: 0.98053 },
          { ...measured, key: 'rows', value: 178 }
        ]
      })
    ];
    await show();
    expect(row('a').textContent).toContain('name of a');
    expect(row('a').textContent).toContain('Succeeded · 4.1 s · acc 0.9805');
  });

  it('shows the reason of a failure on the line', async () => {
    const error = {
      reason: 'Exception',
      type: 'ValueError',
      message: 'bad\nmore',
      cell: null,
      line: null,
      traceback: null
    };
    client.runs = [run('a', { state: 'FAILED', error })];
    await show();
    expect(row('a').textContent).toContain('Failed · ValueError: bad');
    expect(row('a').dataset.state).toBe('FAILED');
    client.change(run('a', { state: 'FAILED', seq: 2, error, reason: 'train: ValueError: bad' }));
    await until(() => row('a').textContent?.includes('Failed · train: ValueError: bad') ?? false);
  });

  it('shows how far a run is and lets it be stopped', async () => {
    client.runs = [run('a', { state: 'RUNNING', finished: null, progress: { done: 2, total: 5 } })];
    await show();
    expect(row('a').textContent).toContain('Running · 2 of 5');
    view.click('[data-testid=cellift-run-stop]');
    expect(actions.cancel).toHaveBeenCalledWith('a');
  });

  it('opens a run on a click', async () => {
    client.runs = [run('a')];
    await show();
    view.click('.cl-Run-open');
    expect(actions.open).toHaveBeenCalledWith('a');
  });

  it('moves with the arrow keys and is one tab stop', async () => {
    client.runs = [run('a'), run('bb'), run('ccc')];
    await show();
    const stops = () => view.all('.cl-Run-open[tabindex="0"]').map(each => each.closest('li')?.dataset.runId);
    expect(stops()).toEqual(['ccc']);
    view.all('.cl-Run-open')[0].focus();
    view.key(document.activeElement as HTMLElement, 'ArrowDown');
    expect(document.activeElement?.closest('li')?.dataset.runId).toBe('bb');
    view.key(document.activeElement as HTMLElement, 'End');
    expect(stops()).toEqual(['a']);
  });

  it('updates in place when a run changes', async () => {
    client.runs = [run('a', { state: 'RUNNING', finished: null })];
    await show();
    const before = row('a');
    client.change(run('a', { state: 'SUCCEEDED' }));
    await until(() => before.dataset.state === 'SUCCEEDED');
    expect(row('a')).toBe(before);
  });

  it('says why it is empty when the server does not answer, and tries again', async () => {
    client.failure = new Error('no network');
    await show();
    expect(view.get('[role=alert]').textContent).toContain('no network');
    client.failure = null;
    client.runs = [run('a')];
    view.click('button');
    await until(() => view.all('[data-testid=cellift-run]').length === 1);
  });
});
