import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, caretUpIcon, downloadIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IStyle } from '../ansi';
import { parseLine, plain, PLAIN } from '../ansi';
import type { LogModel } from '../logModel';
import type { LogText } from '../logText';
import { formatBytes } from '../../states/format';
import { useSignal } from './hooks';

/** Lines that are rendered together; a block whose lines did not change is not rendered again. */
const BLOCK = 200;

/** This close to the end counts as being at the end, in pixels. */
const END_SLACK = 8;

/**
 * A log: tail first, followed, coloured, searchable.
 *
 * It scrolls with the log only while the reader is at its end.
 */
export function LogView(props: LogView.IProps): JSX.Element {
  const { model, trans } = props;
  useSignal(model.changed);
  React.useEffect(() => {
    model.open();
    return () => model.close();
  }, [model]);

  const [query, setQuery] = React.useState('');
  const [match, setMatch] = React.useState(0);
  const [atEnd, setAtEnd] = React.useState(true);
  const scroller = React.useRef<HTMLDivElement>(null);
  const follow = React.useRef(true);
  const before = React.useRef({ first: 0, height: 0 });
  const { text } = model;

  const matches = React.useMemo(() => find(text, query), [text, query]);
  const current = matches.length ? matches[Math.min(match, matches.length - 1)] : null;

  React.useEffect(() => {
    follow.current = true;
  }, [model]);

  React.useLayoutEffect(() => {
    const node = scroller.current;
    if (!node) {
      return;
    }
    if (follow.current) {
      node.scrollTop = node.scrollHeight;
    } else if (text.first < before.current.first) {
      node.scrollTop += node.scrollHeight - before.current.height;
    }
    before.current = { first: text.first, height: node.scrollHeight };
  }, [text]);

  React.useEffect(() => {
    if (current !== null) {
      scroller.current?.querySelector(`[data-line="${current}"]`)?.scrollIntoView({ block: 'nearest' });
    }
  }, [current]);

  const onScroll = () => {
    const node = scroller.current;
    if (node) {
      const end = node.scrollHeight - node.scrollTop - node.clientHeight <= END_SLACK;
      follow.current = end;
      setAtEnd(end);
    }
  };
  const step = (by: number) => {
    if (matches.length) {
      setMatch((Math.min(match, matches.length - 1) + by + matches.length) % matches.length);
    }
  };

  return (
    <div className="cl-Log" data-testid="cellift-log" data-done={model.isDone} data-empty={text.isEmpty}>
      <div className="cl-Log-toolbar">
        <input
          type="search"
          className="cl-Input"
          placeholder={trans.__('Search log')}
          aria-label={trans.__('Search log')}
          value={query}
          onChange={event => {
            setQuery(event.target.value);
            setMatch(0);
          }}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              event.preventDefault();
              step(event.shiftKey ? -1 : 1);
            }
          }}
        />
        {query && (
          <>
            <span className="cl-Log-count" role="status">
              {matches.length
                ? trans.__('%1 of %2', String(Math.min(match, matches.length - 1) + 1), String(matches.length))
                : trans.__('none')}
            </span>
            <button
              type="button"
              className="cl-IconButton"
              title={trans.__('Previous match')}
              disabled={!matches.length}
              onClick={() => step(-1)}
            >
              <caretUpIcon.react tag="span" />
            </button>
            <button
              type="button"
              className="cl-IconButton"
              title={trans.__('Next match')}
              disabled={!matches.length}
              onClick={() => step(1)}
            >
              <caretDownIcon.react tag="span" />
            </button>
          </>
        )}
        <span className="cl-spacer" />
        <span className="cl-muted cl-Log-size">{model.size ? formatBytes(model.size) : ''}</span>
        <button
          type="button"
          className="cl-IconButton"
          title={trans.__('Download log')}
          disabled={!model.size}
          onClick={() => {
            void download(model, props.fileName);
          }}
        >
          <downloadIcon.react tag="span" />
        </button>
      </div>
      <div
        ref={scroller}
        className="cl-Log-scroller"
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={props.label}
        onScroll={onScroll}
      >
        {model.hasEarlier && (
          <button
            type="button"
            className="cl-Button cl-Log-earlier"
            onClick={() => {
              void model.earlier();
            }}
          >
            {trans.__('Show earlier lines')}
          </button>
        )}
        {model.error && <p className="cl-Log-note">{trans.__('The log could not be read: %1', model.error)}</p>}
        {text.isEmpty && model.isReady && !model.error ? (
          <p className="cl-Log-note">
            {model.isDone ? trans.__('This step printed nothing.') : trans.__('Nothing printed yet.')}
          </p>
        ) : (
          <div className="jp-RenderedText cl-Log-text">
            <pre>
              {blocks(text).map(block => (
                <Block key={block.number} {...block} query={query.toLowerCase()} current={current} />
              ))}
            </pre>
          </div>
        )}
      </div>
      {!atEnd && !text.isEmpty && (
        <button
          type="button"
          className="cl-Button cl-Log-end"
          onClick={() => {
            const node = scroller.current;
            if (node) {
              node.scrollTop = node.scrollHeight;
            }
          }}
        >
          {model.isDone ? trans.__('Go to end') : trans.__('Follow')}
        </button>
      )}
    </div>
  );
}

interface IBlock {
  number: number;
  first: number;
  lines: string[];
  style: IStyle;
}

const Block = React.memo(
  (props: IBlock & { query: string; current: number | null }) => {
    let style = props.style;
    return (
      <div className="cl-Log-block">
        {props.lines.map((line, index) => {
          const number = props.first + index;
          const parsed = parseLine(line, style);
          style = parsed.style;
          return (
            <div
              key={number}
              data-line={number}
              className={number === props.current ? 'cl-Log-line cl-mod-current' : 'cl-Log-line'}
            >
              {parsed.spans.map((span, at) => (
                <span key={at} className={span.classes || undefined}>
                  {marked(span.text, props.query)}
                </span>
              ))}
              {'\n'}
            </div>
          );
        })}
      </div>
    );
  },
  (a, b) =>
    a.query === b.query &&
    a.first === b.first &&
    within(a, a.current) === within(b, b.current) &&
    sameStyle(a.style, b.style) &&
    a.lines.length === b.lines.length &&
    a.lines.every((line, index) => line === b.lines[index])
);
Block.displayName = 'Block';

function sameStyle(a: IStyle, b: IStyle): boolean {
  return (
    a.foreground === b.foreground && a.background === b.background && a.bold === b.bold && a.underline === b.underline
  );
}

/** The line, when it is in the block. */
function within(block: IBlock, line: number | null): number | null {
  return line !== null && line >= block.first && line < block.first + block.lines.length ? line : null;
}

/** The lines in blocks that keep their limits when lines come or go at either end. */
function blocks(text: LogText): IBlock[] {
  const result: IBlock[] = [];
  let style = PLAIN;
  const { lines, first } = text;
  // The empty line after the last line feed is not shown.
  const count = lines[lines.length - 1] === '' ? lines.length - 1 : lines.length;
  for (let at = 0; at < count;) {
    const number = Math.floor((first + at) / BLOCK);
    const end = Math.min(count, (number + 1) * BLOCK - first);
    const block = { number, first: first + at, lines: lines.slice(at, end) as string[], style };
    result.push(block);
    for (const line of block.lines) {
      if (line.includes('\x1b')) {
        style = parseLine(line, style).style;
      }
    }
    at = end;
  }
  return result;
}

/** Numbers of the lines that hold the text, in any case. */
function find(text: LogText, query: string): number[] {
  const wanted = query.toLowerCase();
  if (!wanted) {
    return [];
  }
  return text.lines.flatMap((line, index) => (plain(line).toLowerCase().includes(wanted) ? [text.first + index] : []));
}

/** The text with what is searched for marked. */
function marked(text: string, query: string): React.ReactNode {
  if (!query) {
    return text;
  }
  const parts: React.ReactNode[] = [];
  const lower = text.toLowerCase();
  let at = 0;
  for (let hit = lower.indexOf(query); hit !== -1; hit = lower.indexOf(query, at)) {
    parts.push(text.slice(at, hit), <mark key={hit}>{text.slice(hit, hit + query.length)}</mark>);
    at = hit + query.length;
  }
  return parts.length ? [...parts, text.slice(at)] : text;
}

async function download(model: LogModel, name: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([await model.whole()], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Statics of LogView. */
export namespace LogView {
  export interface IProps {
    model: LogModel;
    /** Accessible name. */
    label: string;
    /** Name of the downloaded file. */
    fileName: string;
    trans: TranslationBundle;
  }
}
