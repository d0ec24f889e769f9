import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { act, Simulate } from 'react-dom/test-utils';
import { StepForm } from '../stepform';

(globalThis as unknown as { IS_REACT_ACT_ENVIRONMENT: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

const KNOWN = [
  { name: 'output', value: 'NAME', help: 'Keep NAME.' },
  { name: 'changes', value: 'NAME', help: 'Changes NAME.' }
];

function open(marked = false, options: Record<string, string[]> = {}) {
  const onAccept = jest.fn();
  const onUnmark = jest.fn();
  const onCancel = jest.fn();
  const host = document.body.appendChild(document.createElement('div'));
  act(() => {
    createRoot(host).render(
      <StepForm
        suggestion="load"
        marked={marked}
        options={options}
        known={KNOWN}
        trans={nullTranslator.load('cellift')}
        problem={name => (name === '' ? 'A step needs a name.' : name === 'taken' ? 'Taken.' : null)}
        onAccept={onAccept}
        onUnmark={onUnmark}
        onCancel={onCancel}
      />
    );
  });
  const input = host.querySelector('input')!;
  const form = host.querySelector('form')!;
  const type = (value: string) =>
    act(() => {
      input.value = value;
      Simulate.change(input);
    });
  return { host, input, form, type, onAccept, onUnmark, onCancel };
}

describe('the form for a step', () => {
  it('offers a name, selected, with the focus in it', () => {
    const { input } = open();
    expect(document.activeElement).toBe(input);
    expect([input.value, input.selectionStart, input.selectionEnd]).toEqual(['load', 0, 4]);
  });

  it('accepts with Enter, without blanks around the name', () => {
    const { form, type, onAccept } = open();
    type('  read ');
    act(() => Simulate.submit(form));
    expect(onAccept).toHaveBeenCalledWith('read', {});
  });

  it('stays open and says why when the name cannot be', () => {
    const { host, form, type, onAccept } = open();
    type('taken');
    act(() => Simulate.submit(form));
    expect(onAccept).not.toHaveBeenCalled();
    expect(host.querySelector('[role=alert]')?.textContent).toBe('Taken.');
  });

  it('leaves things as they were on Escape', () => {
    const { input, onAccept, onCancel } = open();
    act(() => Simulate.keyDown(input, { key: 'Escape' }));
    expect(onCancel).toHaveBeenCalledWith(true);
    expect(onAccept).not.toHaveBeenCalled();
  });

  it('keeps a typed name when the focus goes elsewhere, but imposes no offered one', () => {
    const typed = open();
    typed.type('read');
    act(() => Simulate.blur(typed.input, { relatedTarget: document.body }));
    expect(typed.onAccept).toHaveBeenCalledWith('read', {});
    const offered = open();
    act(() => Simulate.blur(offered.input, { relatedTarget: document.body }));
    expect(offered.onAccept).not.toHaveBeenCalled();
    expect(offered.onCancel).toHaveBeenCalledWith(false);
  });

  it('shows the options that there are, with what each does and the values it has', () => {
    const { host } = open(true, { output: ['a', 'b'] });
    const more = host.querySelector<HTMLElement>('[data-testid=cellift-step-more]')!;
    expect([more.textContent, more.getAttribute('aria-expanded')]).toEqual(['Options (1)', 'false']);
    act(() => Simulate.click(more));
    const fields = [...host.querySelectorAll('textarea')];
    expect(fields.map(field => field.value)).toEqual(['a\nb', '']);
    expect(fields.map(field => host.querySelector(`label[for="${field.id}"]`)?.textContent)).toEqual([
      'output',
      'changes'
    ]);
    expect(document.getElementById(fields[1].getAttribute('aria-describedby')!)?.textContent).toBe('Changes NAME.');
  });

  it('gives the options that were typed, a value a line, with the name', () => {
    const { host, onAccept } = open(true, { output: ['a'], later: ['kept'] });
    act(() => Simulate.click(host.querySelector('[data-testid=cellift-step-more]')!));
    const [output, changes] = [...host.querySelectorAll('textarea')];
    act(() => {
      output.value = '';
      Simulate.change(output);
    });
    act(() => {
      changes.value = ' rows \n\ncols';
      Simulate.change(changes);
    });
    act(() => Simulate.keyDown(changes, { key: 'Enter', ctrlKey: true }));
    expect(onAccept).toHaveBeenCalledWith('load', { later: ['kept'], changes: ['rows', 'cols'] });
  });

  it('keeps typed options when the focus goes elsewhere', () => {
    const { host, onAccept } = open(true);
    act(() => Simulate.click(host.querySelector('[data-testid=cellift-step-more]')!));
    const field = host.querySelector('textarea')!;
    act(() => {
      field.value = 'model';
      Simulate.change(field);
    });
    act(() => Simulate.blur(field, { relatedTarget: document.body }));
    expect(onAccept).toHaveBeenCalledWith('load', { output: ['model'] });
  });

  it('makes a step an ordinary cell again', () => {
    const { host, onUnmark } = open(true);
    act(() => Simulate.click(host.querySelector('[data-testid=cellift-step-unmark]')!));
    expect(onUnmark).toHaveBeenCalledTimes(1);
    expect(open(false).host.querySelector('[data-testid=cellift-step-unmark]')).toBeNull();
  });
});
