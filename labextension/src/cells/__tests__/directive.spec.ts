import { directiveAfter, directiveWith, parseDirective, quoteName, startsWithCellMagic } from '../directive';

function rename(source: string, name: string): string {
  const { start, end, text } = directiveAfter(source, name);
  return source.slice(0, start) + text + source.slice(end);
}

describe('parseDirective', () => {
  it.each([
    ['%%step load', 'load'],
    ['%%step load\nx = 1', 'load'],
    ['\n  \n%%step load\nx = 1', 'load'],
    ['%%step "train the model" --output m', 'train the model'],
    ["%%step 'it is'", 'it is'],
    ['%%step a\\ b', 'a b'],
    ['%%step --output model train', 'train'],
    ['%%step --output=model train', 'train'],
    ['%%step', ''],
    ['%%step --output model', '']
  ])('reads the name of %j', (source, name) => {
    expect(parseDirective(source)?.name).toBe(name);
  });

  it.each(['x = 1', '%%steps load', '%%time\n%%step load', '# %%step load', 'x = 1\n%%step load', ''])(
    'sees no step line in %j',
    source => {
      expect(parseDirective(source)).toBeNull();
    }
  );
});

describe('the options on the line', () => {
  it.each([
    ['%%step load', {}],
    ['%%step load --output df --output "x y" --changes=rows', { output: ['df', 'x y'], changes: ['rows'] }],
    ['%%step --for-each xs load', { for_each: ['xs'] }],
    ['%%step load --output', {}],
    ['%%step load --output --changes x', { changes: ['x'] }]
  ])('are read from %j', (source, options) => {
    expect(parseDirective(source)?.options).toEqual(options);
  });

  it('are written anew, in quotes where they need them, and the code stays', () => {
    const source = '\n%%step load --output df\nx = 1\n';
    const { start, end, text } = directiveWith(source, 'read it', { changes: ['rows'], for_each: ['a b'] });
    const edited = source.slice(0, start) + text + source.slice(end);
    expect(edited).toBe('\n%%step "read it" --changes rows --for-each "a b"\nx = 1\n');
    expect(parseDirective(edited)).toMatchObject({
      name: 'read it',
      options: { changes: ['rows'], for_each: ['a b'] }
    });
  });
});

describe('directiveAfter', () => {
  it('changes the name and nothing else', () => {
    expect(rename('\n%%step  load --output df  \nx = 1\n', 'read')).toBe('\n%%step  read --output df  \nx = 1\n');
  });

  it('quotes a name of several words, and replaces quotes that were there', () => {
    expect(rename('%%step load', 'load the data')).toBe('%%step "load the data"');
    expect(rename('%%step "load the data" --output x', 'load')).toBe('%%step load --output x');
  });

  it('puts a name where there is none', () => {
    expect(rename('%%step', 'load')).toBe('%%step load');
    expect(rename('%%step \nx', 'load')).toBe('%%step load\nx');
    expect(parseDirective(rename('%%step --output x', 'load'))?.name).toBe('load');
  });

  it('finds the name behind an option', () => {
    expect(rename('%%step --output model train', 'fit')).toBe('%%step --output model fit');
  });

  it.each(['plain', 'two words', 'a"b', 'back\\slash', '-odd', '#1', "it's"])(
    'writes %j so that it is read again',
    name => {
      expect(parseDirective(`%%step ${quoteName(name)} --output x\n1`)?.name).toBe(name);
    }
  );
});

describe('startsWithCellMagic', () => {
  it('sees magics behind blank lines only', () => {
    expect(startsWithCellMagic('\n%%time\nx')).toBe(true);
    expect(startsWithCellMagic('x\n%%time')).toBe(false);
  });
});
