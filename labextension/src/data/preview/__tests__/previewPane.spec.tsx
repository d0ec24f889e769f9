import * as React from 'react';
import { nullTranslator } from '@jupyterlab/translation';
import { mount } from '../../../__tests__/mount';
import type { IMounted } from '../../../__tests__/mount';
import { until } from '../../../__tests__/fakeClient';
import type { IPreview, ISnippet } from '../../api';
import type { DataClient, IVersionedPlace } from '../../client';
import { InsertCode } from '../insertCode';
import { PreviewPane } from '../previewPane';

const trans = nullTranslator.load('cellift');
const place = { connection: 'local', bucket: 'wine', key: 'a' };

/** Answers what a test says, when it says so. */
class FakePreviews {
  asked: IVersionedPlace[] = [];
  aborted = 0;
  answer: (asked: IVersionedPlace) => Promise<IPreview> = () => Promise.reject(new Error('nothing to give'));
  preview = (asked: IVersionedPlace, options: { signal?: AbortSignal | null } = {}) => {
    this.asked.push(asked);
    options.signal?.addEventListener('abort', () => this.aborted++);
    return this.answer(asked);
  };
  contentUrl = () => 'http://server/content?inline=1';
  code = (): Promise<ISnippet[]> =>
    Promise.resolve([
      { id: 'cellift', label: 'Read it', code: 'df = 1' },
      { id: 'minio', label: 'minio', code: 'client' }
    ]);
}

describe('PreviewPane', () => {
  let fake: FakePreviews;
  let mounted: IMounted | null = null;

  beforeEach(() => {
    fake = new FakePreviews();
  });

  afterEach(() => {
    mounted?.unmount();
    mounted = null;
  });

  const show = async (preview: IPreview) => {
    fake.answer = () => Promise.resolve(preview);
    mounted = mount(<PreviewPane client={fake as unknown as DataClient} place={place} trans={trans} />);
    await until(() => mounted!.all('.cl-Preview-note').length === 1);
    return mounted;
  };

  it('shows text as text, whatever stands in it', async () => {
    const page = await show({ kind: 'text', note: 'Text.', cut: true, size: 9, text: '<img src=x onerror=alert(1)>' });
    expect(page.get('pre').textContent).toBe('<img src=x onerror=alert(1)>');
    expect(page.all('img')).toEqual([]);
    expect(page.get('.cl-Preview-note').textContent).toContain('Only a part');
  });

  it('says how much of an object is shown', async () => {
    const text = { kind: 'text' as const, note: 'Text.', text: 'a' };
    let page = await show({ ...text, cut: true, read: 65536, size: 10 * 1024 * 1024 });
    expect(page.get('.cl-Preview-note').textContent).toBe('Text. The first 64 KiB of 10 MiB.');
    page.unmount();
    page = await show({ ...text, cut: false, read: 9, size: 9 });
    expect(page.get('.cl-Preview-note').textContent).toBe('Text.');
  });

  it('draws a picture of markup as an image, in a frame in which nothing can act', async () => {
    const text = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert("ü")</script></svg>';
    const page = await show({ kind: 'svg', note: 'A "picture".', cut: false, size: 9, text });
    expect(page.all('svg[onload]')).toEqual([]);
    const frame = page.get('iframe') as HTMLIFrameElement;
    expect(frame.getAttribute('sandbox')).toBe('');
    const inside = new DOMParser().parseFromString(frame.srcdoc, 'text/html');
    expect(inside.querySelector('meta')!.content).toContain("default-src 'none'");
    expect(frame.srcdoc.indexOf("default-src 'none'")).toBeLessThan(frame.srcdoc.indexOf('<img'));
    expect(inside.querySelectorAll('svg, script')).toHaveLength(0);
    const image = inside.querySelector('img')!;
    expect(image.alt).toBe('A "picture".');
    expect(decodeURIComponent(image.src.slice(image.src.indexOf(',') + 1))).toBe(text);
    page.click('[data-testid="cellift-preview-source"]');
    expect(page.get('pre').textContent).toBe(text);
    expect(page.all('iframe')).toEqual([]);
  });

  it('shows rows with numbers to the right and tells what is missing from what is empty', async () => {
    const page = await show({
      kind: 'table',
      note: '1 rows.',
      cut: false,
      size: 9,
      columns: [
        { name: 'n', type: 'int64' },
        { name: 's', type: 'text' }
      ],
      rows: [['1', null]]
    });
    expect(page.all('td').map(cell => cell.textContent)).toEqual(['1', '–']);
    expect(page.all('td')[0].className).toBe('cl-mod-number');
  });

  it('shows a page in a frame in which nothing can act, and only when asked', async () => {
    const page = await show({ kind: 'html', note: 'A page.', cut: false, size: 9, text: '<script>alert(1)</script>' });
    expect(page.all('iframe')).toEqual([]);
    page.click('[data-testid="cellift-preview-render"]');
    const frame = page.get('iframe') as HTMLIFrameElement;
    expect(frame.getAttribute('sandbox')).toBe('');
    expect(frame.srcdoc.indexOf("default-src 'none'")).toBeLessThan(frame.srcdoc.indexOf('<script>'));
  });

  it('shows pictures, cells and headers', async () => {
    let page = await show({ kind: 'image', note: 'PNG.', cut: false, size: 9, mime: 'image/png' });
    expect((page.get('img') as HTMLImageElement).src).toBe('http://server/content?inline=1');
    page.unmount();
    page = await show({
      kind: 'notebook',
      note: 'A notebook.',
      cut: false,
      size: 9,
      cells: [{ kind: 'code', text: 'a = 1' }]
    });
    expect(page.get('li').dataset.kind).toBe('code');
    page.unmount();
    page = await show({
      kind: 'facts',
      note: 'An array.',
      cut: true,
      size: 9,
      facts: [{ name: 'shape', value: '3 x 4' }]
    });
    expect(page.get('dd').textContent).toBe('3 x 4');
  });

  it('drops the answer about the object before', async () => {
    let giveFirst: (preview: IPreview) => void = () => undefined;
    fake.answer = asked =>
      asked.key === 'a'
        ? new Promise(resolve => (giveFirst = resolve))
        : Promise.resolve({ kind: 'text', note: 'second', cut: false, size: 9, text: 'b' });
    const client = fake as unknown as DataClient;
    mounted = mount(<PreviewPane client={client} place={place} trans={trans} />);
    await until(() => fake.asked.length === 1);
    mounted.render(<PreviewPane client={client} place={{ ...place, key: 'b' }} trans={trans} />);
    await until(() => mounted!.all('pre').length === 1);
    giveFirst({ kind: 'text', note: 'first', cut: false, size: 9, text: 'a' });
    await new Promise(resolve => setTimeout(resolve, 10));
    expect(mounted.get('pre').textContent).toBe('b');
    expect(fake.aborted).toBe(1);
  });

  it('says why there is none', async () => {
    mounted = mount(<PreviewPane client={fake as unknown as DataClient} place={place} trans={trans} />);
    await until(() => mounted!.all('[role="alert"]').length === 1);
    expect(mounted.get('[role="alert"]').textContent).toContain('nothing to give');
  });
});

describe('InsertCode', () => {
  it('puts the chosen code into the notebook, or on the clipboard where there is none', async () => {
    const inserted: string[] = [];
    const copied: string[] = [];
    let hasNotebook = true;
    const mounted = mount(
      <InsertCode
        client={new FakePreviews() as unknown as DataClient}
        place={place}
        trans={trans}
        insert={code => hasNotebook && inserted.push(code) > 0}
        copy={code => copied.push(code)}
      />
    );
    const open = async () => {
      mounted.click('[data-testid="cellift-data-insert-code"]');
      await until(() => mounted.all('[role="menuitem"]').length === 2);
    };
    await open();
    mounted.click(mounted.all('[role="menuitem"]')[0]);
    expect(inserted).toEqual(['df = 1']);
    hasNotebook = false;
    await open();
    mounted.click(mounted.all('[role="menuitem"]')[1]);
    expect(copied).toEqual(['client']);
    expect(mounted.get('[role="status"]').textContent).toContain('copied');
    await open();
    mounted.key(mounted.get('[role="menu"]'), 'Escape');
    expect(mounted.all('[role="menu"]')).toEqual([]);
    mounted.unmount();
  });
});
