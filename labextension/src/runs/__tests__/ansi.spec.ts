import { parseLine, plain, PLAIN } from '../ansi';

const spans = (line: string) => parseLine(line, PLAIN).spans;

describe('terminal output', () => {
  it('colours what escape sequences colour', () => {
    expect(spans('a \x1b[1;31mred\x1b[0m b')).toEqual([
      { text: 'a ', classes: '' },
      { text: 'red', classes: 'ansi-red-fg ansi-bold' },
      { text: ' b', classes: '' }
    ]);
  });

  it('goes on with a colour in the next line', () => {
    const first = parseLine('\x1b[92mon', PLAIN);
    expect(parseLine('still', first.style).spans).toEqual([{ text: 'still', classes: 'ansi-green-intense-fg' }]);
  });

  it('shows the last state of a progress bar', () => {
    expect(spans(' 10%|#\r 50%|#####\r100%|##########')).toEqual([{ text: '100%|##########', classes: '' }]);
    expect(plain('windows line\r')).toBe('windows line');
  });

  it('drops titles, links, cursor movement and control characters', () => {
    expect(plain('\x1b]0;title\x07a\x1b[2K\x1b[1Ab\x00\x07c')).toBe('abc');
  });

  it('keeps the sixteen colours of the theme from longer colour codes', () => {
    expect(spans('\x1b[38;5;1mred\x1b[48;2;1;2;3;4mx')).toEqual([
      { text: 'red', classes: 'ansi-red-fg' },
      { text: 'x', classes: 'ansi-red-fg ansi-underline' }
    ]);
  });

  it('keeps text that looks like markup as text', () => {
    expect(spans('<script>')).toEqual([{ text: '<script>', classes: '' }]);
  });
});
