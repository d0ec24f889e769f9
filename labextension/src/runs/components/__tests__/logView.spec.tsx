import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { FakeClient, until } from '../../../__tests__/fakeClient';
import type { IMounted } from '../../../__tests__/mount';
import { mount } from '../../../__tests__/mount';
import { LogModel } from '../../logModel';
import { LogView } from '../logView';

const trans = nullTranslator.load('cellift');

describe('LogView', () => {
  let client: FakeClient;
  let model: LogModel;
  let view: IMounted;

  const show = async () => {
    model = new LogModel({ client, run: 'r', task: 't', attempt: 1 });
    view = mount(<LogView model={model} label="Log" fileName="t.log" trans={trans} />);
    // Its size, or a note, is shown when it was read.
    await until(() => view.get('[data-testid=cellift-log]').textContent !== '');
  };
  const lines = () => view.all('.cl-Log-line').map(line => line.textContent?.trimEnd());
  const search = (text: string) => view.type(view.get('input'), text);

  beforeEach(() => {
    client = new FakeClient();
    // jsdom does no layout.
    Element.prototype.scrollIntoView = jest.fn();
  });

  afterEach(() => {
    view.unmount();
    model.dispose();
  });

  it('shows the lines with their colours', async () => {
    client.log = 'one\n\x1b[31mtwo\nthree\x1b[0m\n';
    await show();
    expect(lines()).toEqual(['one', 'two', 'three']);
    expect(view.all('.ansi-red-fg').map(each => each.textContent)).toEqual(['two', 'three']);
  });

  it('says that a step printed nothing', async () => {
    await show();
    expect(view.node.textContent).toContain('This step printed nothing.');
  });

  it('counts and marks what is searched for, in any case', async () => {
    client.log = 'Loss 1\nother\nloss 2 loss\n';
    await show();
    search('LOSS');
    expect(view.all('mark')).toHaveLength(3);
    expect(view.get('[role=status]').textContent).toBe('1 of 2');
    view.click('[title="Next match"]');
    expect(view.get('.cl-mod-current').textContent).toContain('loss 2');
    expect(Element.prototype.scrollIntoView).toHaveBeenCalled();
    search('nowhere');
    expect(view.get('[role=status]').textContent).toBe('none');
  });

  it('follows while the reader is at the end, and never moves a reader who is not', async () => {
    client.log = 'line\n'.repeat(50);
    client.logDone = false;
    await show();
    const scroller = view.get('.cl-Log-scroller');
    Object.defineProperty(scroller, 'scrollHeight', { configurable: true, get: () => lines().length * 10 });
    Object.defineProperty(scroller, 'clientHeight', { configurable: true, value: 100 });
    const grow = async (by: number) => {
      const before = lines().length;
      client.log += 'line\n'.repeat(by);
      await until(() => lines().length === before + by);
    };
    await grow(10);
    expect(scroller.scrollTop).toBe(600);
    view.scroll(scroller, 50);
    await grow(10);
    expect(scroller.scrollTop).toBe(50);
    expect(view.get('.cl-Log-end').textContent).toBe('Follow');
  });

  it('stops following when it is not shown any more', async () => {
    client.logDone = false;
    await show();
    view.unmount();
    const asked = client.calls.length;
    await new Promise(resolve => setTimeout(resolve, 900));
    expect(client.calls.length).toBeLessThanOrEqual(asked + 1);
  });
});
