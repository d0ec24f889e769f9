import type { IPage } from '../api';
import { Listing } from '../listing';

describe('Listing', () => {
  const object = (key: string) => ({ key, size: 3, modified: '2026-01-01T00:00:00.000Z', etag: 'e' });
  const pages: Record<string, IPage> = {
    '': { objects: [object('f/'), object('f/a.csv')], prefixes: ['f/deep/', 'f//'], next: '1' },
    '1': { objects: [object('f/b')], prefixes: [], next: '2' },
    '2': { objects: [object('f/c')], prefixes: [], next: null }
  };
  const asked: (string | null)[] = [];
  let failure: Error | null = null;
  const fetch = async (after: string | null) => {
    asked.push(after);
    if (failure) {
      throw failure;
    }
    return pages[after ?? ''];
  };
  let listing: Listing;

  beforeEach(() => {
    asked.length = 0;
    failure = null;
    listing = new Listing({ folder: 'f/', fetch });
  });

  const names = () => listing.rows.map(row => row.name + (row.folder ? '/' : ''));

  it('shows folders first, without what they are all below, and not the marker of the folder itself', async () => {
    await listing.more();
    expect(names()).toEqual(['deep/', '/', 'a.csv']);
    expect(listing.isComplete).toBe(false);
  });

  it('asks for a page once, however often it is wanted', async () => {
    await Promise.all([listing.more(), listing.more()]);
    expect(asked).toEqual([null]);
    await listing.more();
    expect(asked).toEqual([null, '1']);
  });

  it('fetches all pages, and no more after the last', async () => {
    await listing.loadAll();
    await listing.more();
    expect(asked).toEqual([null, '1', '2']);
    expect(listing.isComplete).toBe(true);
  });

  it('stops after the page that is on its way', async () => {
    const all = listing.loadAll();
    listing.stop();
    await all;
    expect(asked).toEqual([null]);
  });

  it('keeps its rows when a page does not come, and goes on there', async () => {
    await listing.more();
    failure = new Error('The store is silent.');
    await listing.loadAll();
    expect(listing.error).toBe('The store is silent.');
    expect(names()).toHaveLength(3);
    failure = null;
    await listing.more();
    expect(asked).toEqual([null, '1', '1']);
    expect(listing.error).toBeNull();
  });
});
