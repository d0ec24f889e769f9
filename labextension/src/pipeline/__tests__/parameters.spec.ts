import { nullTranslator } from '@jupyterlab/translation';
import type { IParameter } from '../../tokens';
import { isDefault, parameterText, parseParameter } from '../parameters';

const trans = nullTranslator.load('cellift');
const parameter = (type: string, byDefault: unknown = null): IParameter => ({
  name: 'p',
  type,
  default: byDefault,
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
