import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';
import { until } from '../../../__tests__/fakeClient';
import type { IMounted } from '../../../__tests__/mount';
import { mount } from '../../../__tests__/mount';
import { endpoint, FakeStore } from '../../__tests__/fakeStore';
import { EndpointModel } from '../endpointModel';
import { EndpointView } from '../endpointView';

const trans = nullTranslator.load('cellift');

describe('EndpointView', () => {
  let store: FakeStore;
  let model: EndpointModel;
  let view: IMounted;
  const copied: string[] = [];

  const show = (isOffered = true) => {
    view = mount(<EndpointView model={model} trans={trans} isOffered={isOffered} />);
  };
  const button = () => view.get('[data-testid="cellift-endpoint-button"]');
  const status = () => view.get('.cl-Endpoint-line [role="status"]').textContent;

  beforeEach(() => {
    store = new FakeStore();
    copied.length = 0;
    model = new EndpointModel({ client: store.client, copyText: text => copied.push(text) });
  });

  afterEach(() => {
    view.unmount();
    model.dispose();
  });

  it('is not there where nobody wants it', () => {
    show(false);
    expect(view.all('section')).toHaveLength(0);
  });

  it('starts, says where it is and how it is found, and stops, with the keyboard on its button', async () => {
    show();
    expect([status(), button().textContent]).toEqual(['off', 'Start']);
    button().focus();
    view.click(button());
    await until(() => status() === 'running');
    expect(document.activeElement).toBe(button());
    expect(button().getAttribute('aria-label')).toBe('Stop the S3 endpoint');
    expect(view.get('[data-testid="cellift-endpoint-address"]').textContent).toBe('http://127.0.0.1:4242');
    expect(view.node.textContent).toContain('Kernels and runs that start now find it');
    expect(view.all('li').map(one => one.textContent)).toEqual(['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID']);
    expect(view.all('[data-testid="cellift-endpoint-replaces"]')).toHaveLength(0);
    view.click('[aria-label="Copy the address"]');
    expect(copied).toEqual(['http://127.0.0.1:4242']);
    view.click(button());
    await until(() => status() === 'off');
    expect(document.activeElement).toBe(button());
    expect(view.all('[data-testid="cellift-endpoint-address"]')).toHaveLength(0);
  });

  it('names the variables of the server that it stands before', async () => {
    store.served = endpoint(true, { replaces: ['AWS_ACCESS_KEY_ID', 'AWS_REGION'] });
    show();
    await model.refresh();
    await until(() => status() === 'running');
    expect(view.get('[data-testid="cellift-endpoint-replaces"]').textContent).toBe(
      "▲ In them, it takes the place of the server's own AWS_ACCESS_KEY_ID, AWS_REGION."
    );
  });

  it('says why it did not start, wherever one looks', async () => {
    store.failure = new Error("It needs rclone. Install it: pip install 'cellift[endpoint]'");
    show(false);
    await model.start();
    await until(() => view.all('[role="alert"]').length === 1);
    expect(view.get('[role="alert"]').textContent).toContain('pip install');
    expect(status()).toBe('off');
  });

  it('says that one has ended by itself', async () => {
    show();
    await model.start();
    store.served = endpoint(false);
    await model.refresh();
    await until(() => view.node.textContent?.includes('It has ended.') ?? false);
    expect(status()).toBe('off');
  });
});
