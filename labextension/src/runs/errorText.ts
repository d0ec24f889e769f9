import type { TranslationBundle } from '@jupyterlab/translation';
import type { IRunError } from '../tokens';

/** The error as one line, and the lines of its message after the first. */
export function errorTitle(error: IRunError): { title: string; rest: string } {
  const [first, ...others] = error.message.trim().split('\n');
  const isException = error.type !== null && error.reason === 'Exception';
  const title = isException ? (first ? `${error.type}: ${first}` : `${error.type}`) : first || error.reason;
  return { title, rest: others.join('\n').trimEnd() };
}

/** Where: `cell 7, line 12` as in the traceback; the cell's number is only there. Null when there is no place. */
export function errorPlace(error: IRunError, trans: TranslationBundle): string | null {
  if (!error.cell) {
    return null;
  }
  const frames = [...(error.traceback ?? '').matchAll(/\bcell (\d+), line (\d+)/gi)];
  const frame =
    frames.reverse().find(match => error.line === null || Number(match[2]) === error.line) ?? frames[0] ?? null;
  if (frame) {
    return error.line === null
      ? trans.__('cell %1', frame[1])
      : trans.__('cell %1, line %2', frame[1], String(error.line));
  }
  return error.line === null ? trans.__('to the cell') : trans.__('line %1 of the cell', String(error.line));
}
