import { LogText } from '../logText';

describe('LogText', () => {
  it('joins a line that comes in two pieces', () => {
    expect(new LogText().append('a\nb').append('c\n').lines).toEqual(['a', 'bc', '']);
  });

  it('puts earlier lines in front and numbers them downwards', () => {
    const text = new LogText().append('c\nd\n').prepend('a\nb\n');
    expect(text.lines).toEqual(['a', 'b', 'c', 'd', '']);
    expect(text.first).toBe(-2);
  });

  it('drops the oldest lines of a very long log', () => {
    const text = new LogText().append('line\n'.repeat(30_000));
    expect(text.lines.length).toBe(20_000);
    expect(text.first).toBe(10_001);
    expect(text.dropped).toBe(10_001);
  });
});
