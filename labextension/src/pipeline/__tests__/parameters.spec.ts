import { nullTranslator } from '@jupyterlab/translation';
import type { IParameter } from '../../tokens';
import { isDefault, parameterText, parseParameter } from '../parameters';

const trans = nullTranslator.load('cellift');
const parameter = (type: string, byDefault: unknown = null, more: Partial<IParameter> = {}): IParameter => ({
  name: 'p',
  type,
  default: byDefault,
  accepts: 'any value',
  choices: [],
  optional: false,
  derived_from: [],
  fixed: false,
  ...more,
  cell: 'a',
  line: 1
});

describe('parseParameter', () => {
  it.each([
    ['int', '5', 5],
    ['int', ' -3 ', -3],
    ['float', '0.3', 0.3],
    ['float', '1e-4', 1e-4],
    ['float', '5', 5],
    ['bool', 'true', true],
    ['str', ' 5 ', ' 5 '],
    ['str', '', ''],
    ['list', '[1, 2]', [1, 2]],
    ['dict', '{"a": 1}', { a: 1 }],
    ['none', 'null', null],
    ['none', '"x"', 'x']
  ])('reads %s %j', (type, text, value) => {
    expect(parseParameter(parameter(type), text, trans)).toEqual({ value });
  });

  it.each([
    ['int', '5.5'],
    ['int', ''],
    ['int', '123456789012345678901234567890'],
    ['float', 'abc'],
    ['float', '1e999'],
    ['bool', 'yes'],
    ['list', '{}'],
    ['list', '[1,'],
    ['dict', '[]'],
    ['dict', 'null'],
    ['none', 'word']
  ])('refuses %s %j with a sentence', (type, text) => {
    const parsed = parseParameter(parameter(type), text, trans);
    expect('problem' in parsed && parsed.problem).toMatch(/^p .*\.$/);
  });
});

describe('what annotations say', () => {
  const mode = parameter('str', 'a', { choices: ['a', 'b'], accepts: "one of 'a', 'b'" });
  const level = parameter('int', 1, { choices: [1, 2], accepts: 'one of 1, 2', optional: true });

  it('takes one of the choices, with its type', () => {
    expect(parseParameter(mode, 'b', trans)).toEqual({ value: 'b' });
    expect(parseParameter(level, '2', trans)).toEqual({ value: 2 });
    expect(parseParameter(level, 'null', trans)).toEqual({ value: null });
  });

  it('names the choices when it is none of them', () => {
    expect(parseParameter(mode, 'c', trans)).toEqual({ problem: "p takes one of 'a', 'b'." });
  });

  it('takes null only where it may be left out', () => {
    expect(parseParameter(parameter('int', 1, { optional: true }), 'None', trans)).toEqual({ value: null });
    expect('problem' in parseParameter(parameter('int', 1), 'None', trans)).toBe(true);
  });

  it('takes a text without quotes where a text is one of several types', () => {
    const union = parameter('none', 1, { accepts: 'a whole number or a text' });
    expect(parseParameter(union, '5', trans)).toEqual({ value: 5 });
    expect(parseParameter(union, 'five', trans)).toEqual({ value: 'five' });
  });
});

describe('parameterText', () => {
  it.each([
    ['float', 1, '1.0'],
    ['float', 0.3, '0.3'],
    ['int', 5, '5'],
    ['str', 'a b', 'a b'],
    ['bool', true, 'true'],
    ['list', [1, 'a'], '[1,"a"]'],
    ['none', null, 'null']
  ])('writes %s %j as it is read again', (type, value, text) => {
    expect(parameterText(parameter(type), value)).toBe(text);
    expect(isDefault(parameter(type, value), text, trans)).toBe(true);
  });
});
