/** A piece of a line of terminal output, with the classes that JupyterLab's style sheets colour. */
export interface ISpan {
  text: string;
  classes: string;
}

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

// Control sequences (CSI), operating-system commands (OSC: titles, links), and other escapes of one character.
// eslint-disable-next-line no-control-regex
const ESCAPE = /\x1b(?:\[([0-9;:?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;

// eslint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** The colours and emphasis in force; they go on from line to line. */
export interface IStyle {
  foreground: string | null;
  background: string | null;
  bold: boolean;
  underline: boolean;
}

/** No colours, no emphasis. */
export const PLAIN: IStyle = { foreground: null, background: null, bold: false, underline: false };

/**
 * The spans of one line, and the style in force at its end.
 *
 * @param line - without its line feed; what a carriage return wrote over is dropped, as a terminal does
 * @param style - the style in force at its beginning
 */
export function parseLine(line: string, style: IStyle): { spans: ISpan[]; style: IStyle } {
  const spans: ISpan[] = [];
  let at = 0;
  const push = (text: string) => {
    const clean = text.replace(CONTROL, '');
    if (clean) {
      spans.push({ text: clean, classes: classes(style) });
    }
  };
  const source = overwritten(line);
  for (const match of source.matchAll(ESCAPE)) {
    push(source.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') {
      style = apply(match[1], style);
    }
  }
  push(source.slice(at));
  return { spans, style };
}

/** The line without control sequences, for searching. */
export function plain(line: string): string {
  return overwritten(line).replace(ESCAPE, '').replace(CONTROL, '');
}

/** What a terminal shows of a line that carriage returns wrote over: the last part that has text. */
function overwritten(line: string): string {
  if (!line.includes('\r')) {
    return line;
  }
  const parts = line.split('\r').filter(part => part !== '');
  return parts.length ? parts[parts.length - 1] : '';
}

/** The style after a "select graphic rendition" sequence. */
function apply(codes: string, style: IStyle): IStyle {
  const next = { ...style };
  const values = codes === '' ? [0] : codes.split(/[;:]/).map(Number);
  for (let i = 0; i < values.length; i++) {
    const code = values[i];
    if (code === 0) {
      Object.assign(next, PLAIN);
    } else if (code === 1) {
      next.bold = true;
    } else if (code === 22) {
      next.bold = false;
    } else if (code === 4) {
      next.underline = true;
    } else if (code === 24) {
      next.underline = false;
    } else if (code >= 30 && code <= 37) {
      next.foreground = NAMES[code - 30];
    } else if (code === 39) {
      next.foreground = null;
    } else if (code >= 40 && code <= 47) {
      next.background = NAMES[code - 40];
    } else if (code === 49) {
      next.background = null;
    } else if (code >= 90 && code <= 97) {
      next.foreground = `${NAMES[code - 90]}-intense`;
    } else if (code >= 100 && code <= 107) {
      next.background = `${NAMES[code - 100]}-intense`;
    } else if (code === 38 || code === 48) {
      // 256 colours and true colour: the sixteen that follow the theme are kept, others are left in the text's own.
      const simple = values[i + 1] === 5 && values[i + 2] < 16 ? values[i + 2] : null;
      const name = simple === null ? null : simple < 8 ? NAMES[simple] : `${NAMES[simple - 8]}-intense`;
      if (code === 38) {
        next.foreground = name;
      } else {
        next.background = name;
      }
      i += values[i + 1] === 5 ? 2 : 4;
    }
  }
  return next;
}

function classes(style: IStyle): string {
  return [
    style.foreground && `ansi-${style.foreground}-fg`,
    style.background && `ansi-${style.background}-bg`,
    style.bold && 'ansi-bold',
    style.underline && 'ansi-underline'
  ]
    .filter(Boolean)
    .join(' ');
}
