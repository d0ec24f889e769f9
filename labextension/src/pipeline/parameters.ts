import { JSONExt } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IParameter } from '../tokens';

/** A typed value, or what is wrong with the text. */
export type ParsedValue = { value: unknown } | { problem: string };

/** How the default or a value is written in the form's field. */
export function parameterText(parameter: IParameter, value: unknown): string {
  if (parameter.type === 'str' && typeof value === 'string') {
    return value;
  }
  if (parameter.type === 'float' && typeof value === 'number' && Number.isInteger(value)) {
    return Math.abs(value) < 1e16 ? value.toFixed(1) : String(value);
  }
  return JSON.stringify(value) ?? '';
}

/** Reads the text of a field as a value of the parameter's type. */
export function parseParameter(parameter: IParameter, text: string, trans: TranslationBundle): ParsedValue {
  const trimmed = text.trim();
  if (parameter.optional && (trimmed === 'null' || trimmed === 'None')) {
    return { value: null };
  }
  const choice = parameter.choices.find(each => parameterText(parameter, each) === text);
  if (choice !== undefined) {
    return { value: choice };
  }
  if (parameter.choices.length > 0 && parameterText(parameter, parameter.default) !== text) {
    return { problem: trans.__('%1 takes %2.', parameter.name, parameter.accepts) };
  }
  switch (parameter.type) {
    case 'str':
      return { value: text };
    case 'bool':
      return trimmed === 'true' || trimmed === 'false'
        ? { value: trimmed === 'true' }
        : { problem: trans.__('%1 is true or false.', parameter.name) };
    case 'int': {
      const value = /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : NaN;
      if (Number.isNaN(value)) {
        return { problem: trans.__('%1 takes a whole number, such as 5.', parameter.name) };
      }
      return Number.isSafeInteger(value)
        ? { value }
        : { problem: trans.__('%1 is too large for this form; set it in the parameters cell.', parameter.name) };
    }
    case 'float': {
      const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : NaN;
      return Number.isFinite(value)
        ? { value }
        : { problem: trans.__('%1 takes a number, such as 0.3 or 1e-4.', parameter.name) };
    }
    case 'list':
      return Private.parseJSON(
        trimmed,
        Array.isArray,
        trans.__('%1 takes a list in JSON, such as [1, 2, 3].', parameter.name)
      );
    case 'dict':
      return Private.parseJSON(
        trimmed,
        value => typeof value === 'object' && value !== null && !Array.isArray(value),
        trans.__('%1 takes an object in JSON, such as {"depth": 3}.', parameter.name)
      );
    default: {
      const several = parameter.accepts !== 'any value';
      const problem = several
        ? trans.__('%1 takes %2, in JSON.', parameter.name, parameter.accepts)
        : trans.__('%1 takes a value in JSON, such as null, 3 or "text".', parameter.name);
      const parsed = Private.parseJSON(trimmed, () => true, problem);
      // Where a text is among what it takes, it needs no quotes.
      return 'problem' in parsed && /\ba text\b/.test(parameter.accepts) ? { value: text } : parsed;
    }
  }
}

/** Whether a text stands for the parameter's default. */
export function isDefault(parameter: IParameter, text: string, trans: TranslationBundle): boolean {
  const parsed = parseParameter(parameter, text, trans);
  return (
    'value' in parsed &&
    typeof parsed.value === typeof parameter.default &&
    JSONExt.deepEqual(parsed.value as never, parameter.default as never)
  );
}

namespace Private {
  export function parseJSON(text: string, fits: (value: unknown) => boolean, problem: string): ParsedValue {
    try {
      const value: unknown = JSON.parse(text);
      return fits(value) ? { value } : { problem };
    } catch {
      return { problem };
    }
  }
}
