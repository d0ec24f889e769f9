import { nullTranslator } from '@jupyterlab/translation';
import { formatBytes, formatDuration, formatNumber, formatSeconds, formatWhen } from '../format';

const trans = nullTranslator.load('cellift');

describe('formats', () => {
  it.each([
    [0.0124, '12 ms'],
    [0.9999, '1.0 s'],
    [4.1, '4.1 s'],
    [9.96, '10 s'],
    [59.6, '1 min 0 s'],
    [190, '3 min 10 s'],
    [7500, '2 h 5 min'],
    [273_600, '3 d 4 h']
  ])('%d seconds are %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [12_288, '12 KiB'],
    [1_288_490_189, '1.2 GiB']
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [5, '5'],
    [0.980533, '0.9805'],
    [1234.5678, '1235'],
    [0.00001234567, '0.00001235'],
    [NaN, 'NaN']
  ])('the number %d is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it('counts up to now while something goes on', () => {
    const started = '2026-01-01T10:00:00.000Z';
    expect(formatDuration(started, null, Date.parse('2026-01-01T10:00:20.000Z'))).toBe('20 s');
    expect(formatDuration(started, '2026-01-01T10:00:04.100Z')).toBe('4.1 s');
    expect(formatDuration(null, null)).toBe('');
  });

  it('says when, the shorter the closer', () => {
    const now = new Date(2026, 4, 20, 15, 0, 0);
    const at = (date: Date) => formatWhen(date.toISOString(), trans, now);
    expect(at(new Date(2026, 4, 20, 14, 59, 50))).toBe('now');
    expect(at(new Date(2026, 4, 20, 14, 48, 0))).toBe('12 min ago');
    expect(at(new Date(2026, 4, 20, 9, 5, 0))).toMatch(/9:05/);
    expect(at(new Date(2026, 4, 19, 9, 5, 0))).toMatch(/^yesterday .*9:05/);
    expect(at(new Date(2026, 1, 3, 9, 5, 0))).not.toMatch(/2026/);
    expect(at(new Date(2025, 1, 3, 9, 5, 0))).toMatch(/2025/);
  });
});
