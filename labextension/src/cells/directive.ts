import type { StepOptions } from '../tokens';

/** A `%%step NAME …` first line of a cell; positions are offsets into the source. */
export interface IDirective {
  name: string;
  /** Where the name stands, quotes included; both equal where there is no name yet. */
  nameStart: number;
  nameEnd: number;
  /** By their names in the metadata; one that lacks its value is left out. */
  options: StepOptions;
  /** The whole line with its line end. */
  lineStart: number;
  lineEnd: number;
}

/** An edit of a source: replace `[start, end)` by `text`. */
export interface ISourceEdit {
  start: number;
  end: number;
  text: string;
}

const STEP_LINE = /^%%step(?![^\s])([^\n]*)(\n|$)/;

/** Reads the `%%step` line; null when the cell does not start with one. Blank lines above it do not count. */
export function parseDirective(source: string): IDirective | null {
  const lineStart = Private.firstLine(source);
  const match = STEP_LINE.exec(source.slice(lineStart));
  if (!match) {
    return null;
  }
  const lineEnd = lineStart + match[0].length;
  const argumentsStart = lineStart + '%%step'.length;
  const name = Private.readName(match[1]);
  return {
    name: name.text,
    nameStart: argumentsStart + name.start,
    nameEnd: argumentsStart + name.end,
    options: Private.readOptions(match[1]),
    lineStart,
    lineEnd
  };
}

/** The edit that puts another name on the cell's `%%step` line; options stay as they are. */
export function directiveAfter(source: string, name: string): ISourceEdit {
  const directive = parseDirective(source);
  if (!directive) {
    throw new Error('The cell does not start with %%step');
  }
  const missing = directive.nameStart === directive.nameEnd;
  const spaced = missing && !/\s/.test(source[directive.nameStart - 1]);
  return { start: directive.nameStart, end: directive.nameEnd, text: `${spaced ? ' ' : ''}${quoteName(name)}` };
}

/** The edit that writes the cell's `%%step` line anew, with these options and no others. */
export function directiveWith(source: string, name: string, options: StepOptions): ISourceEdit {
  const directive = parseDirective(source);
  if (!directive) {
    throw new Error('The cell does not start with %%step');
  }
  const { lineStart, lineEnd } = directive;
  const end = source[lineEnd - 1] === '\n' ? lineEnd - 1 : lineEnd;
  const words = Object.entries(options).flatMap(([option, values]) =>
    values.map(value => `--${option.replace(/_/g, '-')} ${quoteName(value)}`)
  );
  return { start: lineStart, end, text: ['%%step', quoteName(name), ...words].join(' ') };
}

/** A word as it is written on the line: in quotes where it would be read as several words. */
export function quoteName(name: string): string {
  if (/^[^\s"'\\#-][^\s"'\\#]*$/.test(name)) {
    return name;
  }
  return `"${name.replace(/(["\\])/g, '\\$1')}"`;
}

/** Whether the cell starts with a cell magic, ours included. */
export function startsWithCellMagic(source: string): boolean {
  return source.startsWith('%%', Private.firstLine(source));
}

namespace Private {
  /** Offset of the first line that is not blank. */
  export function firstLine(source: string): number {
    return /^(?:[ \t]*\n)*/.exec(source)![0].length;
  }

  interface IWord {
    text: string;
    start: number;
    end: number;
  }

  /** The first word of the arguments that is neither an option nor an option's value. */
  export function readName(text: string): IWord {
    const words = split(text);
    for (let index = 0; index < words.length; index++) {
      const word = words[index];
      if (!word.text.startsWith('--')) {
        return word;
      }
      if (!word.text.includes('=') && words[index + 1] && !words[index + 1].text.startsWith('--')) {
        index++;
      }
    }
    const start = /^\s*/.exec(text)![0].length === text.length ? text.length : 0;
    return { text: '', start, end: start };
  }

  /** The options with their values, in the order of the line. */
  export function readOptions(text: string): StepOptions {
    const options: StepOptions = {};
    const words = split(text);
    for (let index = 0; index < words.length; index++) {
      const found = /^--([^=]+)(?:=([^]*))?$/.exec(words[index].text);
      if (!found) {
        continue;
      }
      const next = words[index + 1]?.text;
      const value = found[2] ?? (next?.startsWith('--') ? undefined : next);
      if (found[2] === undefined && value !== undefined) {
        index++;
      }
      if (value) {
        const option = found[1].replace(/-/g, '_');
        (options[option] ??= []).push(value);
      }
    }
    return options;
  }

  /** Splits like a POSIX shell; a quote that is not closed ends with the line. */
  function split(text: string): IWord[] {
    const words: IWord[] = [];
    let word: IWord | null = null;
    let quote: string | null = null;
    for (let position = 0; position < text.length; position++) {
      const character = text[position];
      if (!quote && /\s/.test(character)) {
        word = null;
        continue;
      }
      if (!word) {
        word = { text: '', start: position, end: position };
        words.push(word);
      }
      if (character === quote) {
        quote = null;
      } else if (!quote && (character === '"' || character === "'")) {
        quote = character;
      } else if (character === '\\' && quote !== "'" && position + 1 < text.length) {
        word.text += text[++position];
      } else {
        word.text += character;
      }
      word.end = position + 1;
    }
    return words;
  }
}
