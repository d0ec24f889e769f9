import { isNameable, named, pathFor } from '../paths';

describe('paths of the drive', () => {
  it('names the root, connections, buckets, objects', () => {
    expect(named('')).toEqual({ kind: 'root' });
    expect(named('minio')).toEqual({ kind: 'connection', connection: 'minio' });
    expect(named('minio/b')).toEqual({ kind: 'place', place: { connection: 'minio', bucket: 'b', key: '' } });
    const place = { connection: 'minio', bucket: 'b', key: 'a:b/ü %2F?.csv' };
    expect(named(pathFor(place))).toEqual({ kind: 'place', place });
    expect(pathFor({ ...place, key: 'folder/' })).toBe('minio/b/folder');
  });

  it.each(['a//b', '/a', 'a/./b', 'a/../b', '..', '.', ''])('does not take “%s” for another key', key => {
    expect(isNameable(key)).toBe(false);
  });

  it.each(['a', 'a/b', 'a/', '...', 'a b', 'a:b', ' a ', 'a\\b', '%2e%2e/x'])('can name “%s”', key => {
    expect(isNameable(key)).toBe(true);
  });
});
