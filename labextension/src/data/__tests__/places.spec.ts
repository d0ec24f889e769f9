import { above, celliftUri, copyName, crumbs, folderOf, nameOf, s3Uri } from '../places';
import { connection } from './fakeStore';

describe('places', () => {
  const at = (prefix: string) => ({ connection: 'c', bucket: 'b', prefix });

  it('knows the folder and the name of keys, also of those with slashes in a row', () => {
    expect([folderOf('a/b.csv'), nameOf('a/b.csv')]).toEqual(['a/', 'b.csv']);
    expect([folderOf('a/b/'), nameOf('a/b/')]).toEqual(['a/', 'b']);
    expect([folderOf('a//'), nameOf('a//')]).toEqual(['a/', '']);
    expect([folderOf('b.csv'), nameOf('b.csv')]).toEqual(['', 'b.csv']);
  });

  it('leads up to the list of buckets and no further', () => {
    expect(above(at('a/b/'))).toEqual(at('a/'));
    expect(above(at('a/'))).toEqual(at(''));
    expect(above(at(''))).toEqual({ connection: 'c', bucket: null, prefix: '' });
    expect(above({ connection: 'c', bucket: null, prefix: '' })).toBeNull();
  });

  it('names each folder on the way', () => {
    expect(crumbs(at('a//b/')).map(one => [one.label, one.location.prefix])).toEqual([
      ['b', ''],
      ['a', 'a/'],
      ['/', 'a//'],
      ['b', 'a//b/']
    ]);
  });

  it('gives URIs of S3 only where others can use them', () => {
    const place = { connection: 'c', bucket: 'b', key: 'x y' };
    expect(celliftUri(place)).toBe('cellift://c/b/x y');
    expect(s3Uri(place, connection('c'))).toBe('s3://b/x y');
    expect(s3Uri(place, connection('c', { kind: 'local' }))).toBeNull();
  });

  it('finds a name for a copy that is not taken', () => {
    expect(copyName('a.csv', () => false)).toBe('a copy.csv');
    expect(copyName('a.csv', name => name === 'a copy.csv')).toBe('a copy 2.csv');
    expect(copyName('.env', () => false)).toBe('.env copy');
  });
});
