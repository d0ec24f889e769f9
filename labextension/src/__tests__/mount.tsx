import * as React from 'react';
import { createRoot } from 'react-dom/client';

/** React's `act`, which the types of React 18 do not have; what happens outside of it is rendered when React likes. */
function act(callback: () => void): void {
  const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  environment.IS_REACT_ACT_ENVIRONMENT = true;
  (React as unknown as { act: (callback: () => void) => void }).act(callback);
  environment.IS_REACT_ACT_ENVIRONMENT = false;
}

/** A rendered component and what a user can do with it. */
export interface IMounted {
  node: HTMLElement;
  /** The only element that matches; fails when there is none or more. */
  get(selector: string): HTMLElement;
  all(selector: string): HTMLElement[];
  click(target: string | HTMLElement): void;
  key(target: HTMLElement, key: string): void;
  /** Types the text in place of what is there. */
  type(target: HTMLElement, text: string): void;
  scroll(target: HTMLElement, top: number): void;
  render(element: React.ReactElement): void;
  unmount(): void;
}

/** Renders into the document. */
export function mount(element: React.ReactElement): IMounted {
  const node = document.createElement('div');
  document.body.appendChild(node);
  const root = createRoot(node);
  const render = (next: React.ReactElement) => act(() => root.render(next));
  render(element);
  const all = (selector: string) => [...node.querySelectorAll<HTMLElement>(selector)];
  const get = (selector: string) => {
    const found = all(selector);
    if (found.length !== 1) {
      throw new Error(`${found.length} elements match ${selector} in ${node.innerHTML}`);
    }
    return found[0];
  };
  return {
    node,
    get,
    all,
    render,
    click: target => act(() => (typeof target === 'string' ? get(target) : target).click()),
    key: (target, key) =>
      act(() => {
        target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      }),
    type: (target, text) =>
      act(() => {
        // React listens to the prototype's setter.
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(target, text);
        target.dispatchEvent(new Event('input', { bubbles: true }));
      }),
    scroll: (target, top) =>
      act(() => {
        target.scrollTop = top;
        target.dispatchEvent(new Event('scroll'));
      }),
    unmount: () => {
      act(() => root.unmount());
      node.remove();
    }
  };
}
