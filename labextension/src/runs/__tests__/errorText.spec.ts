import { nullTranslator } from '@jupyterlab/translation';
import type { IRunError } from '../../tokens';
import { errorPlace, errorTitle } from '../errorText';

const trans = nullTranslator.load('cellift');

const error = (more: Partial<IRunError>): IRunError => ({
  reason: 'Exception',
  type: 'ValueError',
  message: 'bad',
  cell: null,
  line: null,
  traceback: null,
  ...more
});

describe('errors', () => {
  it('begin with the last line of the exception', () => {
    expect(errorTitle(error({ message: 'bad\nbecause\nof that' }))).toEqual({
      title: 'ValueError: bad',
      rest: 'because\nof that'
    });
    expect(errorTitle(error({ type: 'KeyboardInterrupt', message: '' })).title).toBe('KeyboardInterrupt');
  });

  it('say in words why a step was killed', () => {
    const killed = error({ reason: 'Killed', type: null, message: 'Step train was killed by signal 9.' });
    expect(errorTitle(killed).title).toBe('Step train was killed by signal 9.');
  });

  it('name the cell by the number that the traceback has for the line', () => {
    const traceback = 'Traceback\n  cell 4, line 2\n    f()\n  cell 3, line 7, in f\n    raise\nValueError: bad';
    expect(errorPlace(error({ cell: 'id', line: 2, traceback }), trans)).toBe('cell 4, line 2');
    expect(errorPlace(error({ cell: 'id', line: 7, traceback }), trans)).toBe('cell 3, line 7');
  });

  it('have no place when there is none', () => {
    expect(errorPlace(error({}), trans)).toBeNull();
    expect(errorPlace(error({ cell: 'id', line: 3 }), trans)).toBe('line 3 of the cell');
  });
});
