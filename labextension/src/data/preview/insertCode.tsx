import type { INotebookTracker } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IPlace, ISnippet } from '../api';
import type { DataClient } from '../client';
import { wordsOf } from '../errorWords';

/** Puts code into a new cell below the active one; false when there is no notebook to put it into. */
export function insertIntoNotebook(notebooks: INotebookTracker | null, code: string): boolean {
  const notebook = notebooks?.currentWidget?.content;
  if (!notebook?.model || notebook.model.readOnly) {
    return false;
  }
  NotebookActions.insertBelow(notebook);
  NotebookActions.changeCellType(notebook, 'code');
  notebook.activeCell?.model.sharedModel.setSource(code);
  return true;
}

/** "Insert code": the snippets for an object; the chosen one goes into the notebook, else to the clipboard. */
export function InsertCode(props: InsertCode.IProps): JSX.Element {
  const { client, place, trans } = props;
  const [snippets, setSnippets] = React.useState<ISnippet[] | null>(null);
  const [said, setSaid] = React.useState('');
  const button = React.useRef<HTMLButtonElement>(null);
  const menu = React.useRef<HTMLUListElement>(null);
  React.useEffect(() => {
    setSnippets(null);
    setSaid('');
  }, [place.connection, place.bucket, place.key]);
  React.useEffect(() => menu.current?.querySelector('button')?.focus(), [snippets]);

  const toggle = () => {
    setSaid('');
    if (snippets) {
      setSnippets(null);
    } else {
      client.code(place).then(setSnippets, (reason: unknown) => setSaid(wordsOf(reason)));
    }
  };
  const take = (snippet: ISnippet) => {
    setSnippets(null);
    button.current?.focus();
    if (props.insert(snippet.code)) {
      setSaid(trans.__('Inserted below the active cell.'));
    } else {
      props.copy(snippet.code);
      setSaid(trans.__('No notebook is open: the code was copied.'));
    }
  };
  const move = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      setSnippets(null);
      button.current?.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [...(menu.current?.querySelectorAll('button') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    if (step !== undefined && all.length) {
      event.preventDefault();
      all[(at + step + all.length) % all.length].focus();
    }
  };
  return (
    <span className="cl-InsertCode">
      <button
        ref={button}
        type="button"
        className="cl-Link"
        aria-haspopup="menu"
        aria-expanded={snippets !== null}
        data-testid="cellift-data-insert-code"
        title={trans.__('Put code that uses it into the notebook')}
        onClick={toggle}
      >
        {trans.__('Insert code')}
      </button>
      {snippets && (
        <ul ref={menu} className="cl-InsertCode-menu" role="menu" aria-label={trans.__('Code')} onKeyDown={move}>
          {snippets.map(snippet => (
            <li key={snippet.id} role="none">
              <button type="button" role="menuitem" title={snippet.code} onClick={() => take(snippet)}>
                {snippet.label}
              </button>
            </li>
          ))}
        </ul>
      )}
      <span className="cl-InsertCode-said" role="status">
        {said}
      </span>
    </span>
  );
}

/** Statics of InsertCode. */
export namespace InsertCode {
  export interface IProps {
    client: DataClient;
    place: IPlace;
    trans: TranslationBundle;
    /** Puts code into the notebook; false when there is none. */
    insert: (code: string) => boolean;
    copy: (code: string) => void;
  }
}
