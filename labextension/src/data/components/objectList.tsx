import type { TranslationBundle } from '@jupyterlab/translation';
import { fileIcon, folderIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { useSignal } from '../../runs/components/hooks';
import { formatAbsolute, formatBytes, formatWhen } from '../../states/format';
import type { DataBrowser } from '../browser';
import { bucketIcon } from '../icons';
import type { IRow } from '../listing';
import { MOST_ROWS } from '../listing';
import { ROW_HEIGHT, rowWindow, scrollTo } from './rowWindow';

/** Rows before the end of what is loaded at which the next page is asked for. */
const AHEAD = 100;

/** What is in a bucket or folder, or the buckets: only the rows that are seen are in the document. */
export function ObjectList(props: ObjectList.IProps): JSX.Element {
  const { browser, trans, commands } = props;
  useSignal(browser.changed);
  const { rows, selection, listing, location } = browser;
  const scroller = React.useRef<HTMLDivElement>(null);
  const [top, setTop] = React.useState(0);
  const height = useHeight(scroller);
  const { start, end } = rowWindow(top, height, rows.length);
  const hasMore = !!listing && !listing.isComplete && !listing.isFull;

  // Another place begins at its top.
  const at = location ? `${location.connection}/${location.bucket}/${location.prefix}` : '';
  React.useLayoutEffect(() => {
    if (scroller.current) {
      scroller.current.scrollTop = 0;
    }
    setTop(0);
  }, [at, browser.shownTyped]);

  React.useEffect(() => {
    if (listing && hasMore && listing.error === null && end > rows.length - AHEAD) {
      void listing.more();
    }
  }, [listing, hasMore, end, rows.length]);

  // The row with the keyboard is seen.
  const { focus } = selection;
  React.useLayoutEffect(() => {
    const node = scroller.current;
    if (node && focus >= 0) {
      node.scrollTop = scrollTo(focus, node.scrollTop, node.clientHeight || height);
    }
  }, [focus]);

  const move = (to: number, event: React.KeyboardEvent) => {
    const index = Math.max(0, Math.min(rows.length - 1, to));
    if (rows.length) {
      browser.select(one =>
        event.shiftKey ? one.extend(index) : event.ctrlKey || event.metaKey ? one.moveFocus(index) : one.choose(index)
      );
    }
  };
  /** Selects all that is there, also what was not fetched before. */
  const selectAll = () => {
    browser.select(one => one.all(rows.length));
    if (listing && hasMore) {
      void listing.loadAll().then(() => {
        if (browser.listing === listing) {
          browser.select(one => one.all(listing.rows.length));
        }
      });
    }
  };
  const page = Math.max(1, Math.floor(height / ROW_HEIGHT) - 1);
  const onKeyDown = (event: React.KeyboardEvent) => {
    // As it is now: several keys may come before the list is drawn again.
    const { focus } = browser.selection;
    const ctrl = event.ctrlKey || event.metaKey;
    const keys: Record<string, (() => void) | undefined> = {
      ArrowDown: () => move(focus + 1, event),
      ArrowUp: () => move(focus < 0 ? 0 : focus - 1, event),
      PageDown: () => move(Math.max(0, focus) + page, event),
      PageUp: () => move(focus - page, event),
      Home: () => move(0, event),
      End: () => {
        move(rows.length - 1, event);
        if (hasMore) {
          void listing.loadAll().then(() => browser.select(one => one.choose(browser.rows.length - 1)));
        }
      },
      Enter: () => rows[focus] && commands.open(rows[focus]),
      Backspace: () => void browser.up(),
      Delete: commands.remove,
      F2: commands.rename,
      ' ': () => focus >= 0 && browser.select(one => (ctrl ? one.toggle(focus) : one.choose(focus))),
      Escape: () => {
        listing?.stop();
        browser.select(one => one.clear());
      },
      ...(event.altKey ? { ArrowLeft: () => void browser.back(), ArrowRight: () => void browser.forward() } : {}),
      ...(event.altKey ? { ArrowUp: () => void browser.up() } : {}),
      ...(ctrl ? { a: selectAll, c: commands.copy, x: commands.cut, v: commands.paste } : {})
    };
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    } else if (event.key.length === 1 && !ctrl && !event.altKey) {
      // What is typed narrows the list.
      event.preventDefault();
      commands.type(event.key);
    }
  };
  const choose = (index: number, event: React.MouseEvent) =>
    browser.select(one =>
      event.shiftKey ? one.extend(index) : event.ctrlKey || event.metaKey ? one.toggle(index) : one.choose(index)
    );

  return (
    <div
      ref={scroller}
      className="cl-DataList"
      role="grid"
      tabIndex={0}
      data-testid="cellift-data-list"
      aria-label={trans.__('Objects and folders')}
      aria-multiselectable="true"
      aria-colcount={3}
      aria-rowcount={!listing || listing.isComplete ? rows.length : -1}
      aria-busy={browser.isLoading}
      aria-activedescendant={focus >= start && focus < end ? `cl-data-row-${focus}` : undefined}
      onKeyDown={onKeyDown}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
      onFocus={() => {
        if (focus < 0 && rows.length) {
          browser.select(one => one.moveFocus(0));
        }
      }}
      onContextMenu={event => {
        const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
        const index = row ? Number(row.dataset.index) : -1;
        if (index >= 0 && !selection.has(index)) {
          browser.select(one => one.choose(index));
        } else if (!row && event.target === event.currentTarget && event.button === 2) {
          browser.select(one => one.clear());
        }
      }}
      onClick={event => {
        if (!(event.target as HTMLElement).closest('[data-index]')) {
          browser.select(one => one.clear());
        }
      }}
    >
      {props.children}
      <div className="cl-DataList-all" role="presentation" style={{ height: rows.length * ROW_HEIGHT }}>
        {rows.slice(start, end).map((row, offset) => (
          <ObjectRow
            key={start + offset}
            row={row}
            index={start + offset}
            top={(start + offset) * ROW_HEIGHT}
            isBucket={location?.bucket === null}
            isSelected={selection.has(start + offset)}
            hasKeyboard={focus === start + offset}
            trans={trans}
            onClick={choose}
            onOpen={commands.open}
          />
        ))}
      </div>
      <ListEnd browser={browser} trans={trans} />
    </div>
  );
}

/** Statics of ObjectList. */
export namespace ObjectList {
  export interface IProps {
    browser: DataBrowser;
    trans: TranslationBundle;
    commands: ICommands;
    /** Shown above the rows. */
    children?: React.ReactNode;
  }

  /** What keys and clicks do. */
  export interface ICommands {
    open(row: IRow): void;
    remove(): void;
    rename(): void;
    copy(): void;
    cut(): void;
    paste(): void;
    /** A character was typed. */
    type(text: string): void;
  }
}

/** One row: icon, name, size, age. */
const ObjectRow = React.memo((props: IRowProps): JSX.Element => {
  const { row, index, trans } = props;
  const Icon = props.isBucket ? bucketIcon : row.folder ? folderIcon : fileIcon;
  const kind = props.isBucket ? trans.__('bucket') : row.folder ? trans.__('folder') : '';
  const modified = row.modified === null ? null : new Date(row.modified).toISOString();
  return (
    <div
      id={`cl-data-row-${index}`}
      className={`cl-DataRow${props.hasKeyboard ? ' cl-mod-focused' : ''}`}
      role="row"
      data-testid="cellift-data-row"
      data-index={index}
      data-name={row.name}
      aria-rowindex={index + 1}
      aria-selected={props.isSelected}
      style={{ top: props.top }}
      onClick={event => props.onClick(index, event)}
      onDoubleClick={() => props.onOpen(row)}
    >
      <span className="cl-DataRow-icon" aria-hidden="true">
        <Icon.react tag="span" />
      </span>
      <span role="gridcell" className="cl-DataRow-name" title={row.name}>
        {row.name || '/'}
        {kind && <span className="cl-visuallyHidden">, {kind}</span>}
      </span>
      <span role="gridcell" className="cl-DataRow-size">
        {row.folder ? '' : formatBytes(row.size)}
      </span>
      <span role="gridcell" className="cl-DataRow-when">
        {modified && (
          <time dateTime={modified} title={formatAbsolute(modified)}>
            {formatWhen(modified, trans)}
          </time>
        )}
      </span>
    </div>
  );
});
ObjectRow.displayName = 'ObjectRow';

interface IRowProps {
  row: IRow;
  index: number;
  top: number;
  isBucket: boolean;
  isSelected: boolean;
  hasKeyboard: boolean;
  trans: TranslationBundle;
  onClick: (index: number, event: React.MouseEvent) => void;
  onOpen: (row: IRow) => void;
}

/** Below the rows: that more are coming, why not, or that no more are kept. */
function ListEnd(props: { browser: DataBrowser; trans: TranslationBundle }): JSX.Element | null {
  const { browser, trans } = props;
  const { listing, rows } = browser;
  if (!listing || (listing.isComplete && listing.error === null)) {
    return null;
  }
  const count = rows.length.toLocaleString();
  if (listing.isFull) {
    const most = MOST_ROWS.toLocaleString();
    return (
      <p className="cl-Data-end">{trans.__('The first %1 are shown. Type how a name begins to see others.', most)}</p>
    );
  }
  if (listing.error !== null) {
    return (
      <p className="cl-Data-end" role="alert">
        {listing.error}{' '}
        <button
          type="button"
          className="cl-Link"
          onClick={() => {
            void listing.more();
          }}
        >
          {trans.__('Try again')}
        </button>
      </p>
    );
  }
  return (
    <p className="cl-Data-end" data-testid="cellift-data-more">
      {trans.__('%1 so far …', count)}
    </p>
  );
}

/** Height of an element, as it is now. */
function useHeight(ref: React.RefObject<HTMLElement>): number {
  const [height, setHeight] = React.useState(400);
  React.useLayoutEffect(() => {
    const node = ref.current;
    if (!node || typeof ResizeObserver === 'undefined') {
      return;
    }
    const observer = new ResizeObserver(() => setHeight(node.clientHeight));
    observer.observe(node);
    return () => observer.disconnect();
  }, [ref]);
  return height;
}
