import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IPreview } from '../api';
import type { DataClient, IVersionedPlace } from '../client';
import { wordsOf } from '../errorWords';
import { formatBytes } from '../../states/format';

/** Nothing is loaded by a page that is shown; its links want windows of their own, which its frame may not open. */
const PAGE_POLICY =
  '<base target="_blank"><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'; img-src data:">';

/** A picture as an image, whose scripts no browser runs, in a frame that may load nothing else. */
const PICTURE_POLICY =
  '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'; img-src data:">' +
  '<style>body{margin:0;display:flex;justify-content:center}img{max-width:100%;max-height:100vh}</style>';

/** How long the keyboard rests on an object before its bytes are asked for, in milliseconds. */
const REST = 200;

/** A look into an object, from a few ranges of its bytes. */
export function PreviewPane(props: PreviewPane.IProps): JSX.Element {
  const { client, place, trans } = props;
  const { connection, bucket, key, version } = place;
  const [shown, setShown] = React.useState<IPreview | null>(null);
  const [error, setError] = React.useState<string | null>(null);
  React.useEffect(() => {
    const stop = new AbortController();
    setShown(null);
    setError(null);
    const timer = window.setTimeout(() => {
      client.preview({ connection, bucket, key, version }, { signal: stop.signal }).then(
        found => {
          if (!stop.signal.aborted) {
            setShown(found);
          }
        },
        (reason: unknown) => {
          if (!stop.signal.aborted) {
            setError(wordsOf(reason));
          }
        }
      );
    }, REST);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [client, connection, bucket, key, version, props.etag]);

  if (error !== null) {
    return (
      <p className="cl-Preview cl-DataForm-wrong" role="alert">
        {error}
      </p>
    );
  }
  return (
    <div className="cl-Preview" aria-busy={shown === null} data-testid="cellift-data-preview">
      {shown && (
        <>
          <p className="cl-Preview-note">
            {shown.note}
            {shown.cut && shown.kind !== 'facts' && ` ${partOf(shown, trans)}`}
          </p>
          <Shown shown={shown} url={client.contentUrl(place, { inline: true })} trans={trans} />
        </>
      )}
    </div>
  );
}

/** Statics of PreviewPane. */
export namespace PreviewPane {
  export interface IProps {
    client: DataClient;
    place: IVersionedPlace;
    trans: TranslationBundle;
    /** Changes when the object was written again. */
    etag?: string;
  }
}

function Shown(props: { shown: IPreview; url: string; trans: TranslationBundle }): JSX.Element | null {
  const { shown, url, trans } = props;
  switch (shown.kind) {
    case 'text':
      return <Text text={shown.text ?? ''} label={trans.__('Content')} />;
    case 'table':
      return <Table columns={shown.columns ?? []} rows={shown.rows ?? []} label={trans.__('Rows')} />;
    case 'image':
      return <img className="cl-Preview-image" src={url} alt={shown.note} />;
    case 'svg':
      return <Picture text={shown.text ?? ''} note={shown.note} trans={trans} />;
    case 'html':
      return <Page text={shown.text ?? ''} trans={trans} />;
    case 'notebook':
      return (
        <ol className="cl-Preview-cells" tabIndex={0} aria-label={trans.__('Cells')}>
          {(shown.cells ?? []).map((cell, index) => (
            <li key={index} data-kind={cell.kind}>
              <pre>{cell.text}</pre>
            </li>
          ))}
        </ol>
      );
    case 'facts':
      return (
        <dl className="cl-Facts cl-Preview-facts" tabIndex={0} aria-label={trans.__('Header')}>
          {(shown.facts ?? []).map((fact, index) => (
            <React.Fragment key={index}>
              <dt>{fact.name}</dt>
              <dd>
                <code>{fact.value}</code>
              </dd>
            </React.Fragment>
          ))}
        </dl>
      );
    default:
      return null;
  }
}

/** How much of an object is shown. */
function partOf(shown: IPreview, trans: TranslationBundle): string {
  return shown.read === undefined
    ? trans.__('Only a part is shown.')
    : trans.__('The first %1 of %2.', formatBytes(shown.read), formatBytes(shown.size));
}

/** Text that scrolls in both directions, also by keyboard. */
function Text(props: { text: string; label: string }): JSX.Element {
  return (
    <pre className="cl-Preview-text" tabIndex={0} aria-label={props.label}>
      {props.text}
    </pre>
  );
}

function Table(props: {
  columns: { name: string; type: string }[];
  rows: (string | null)[][];
  label: string;
}): JSX.Element {
  const isNumber = props.columns.map(column => /^(number|u?int|float|double|decimal)/.test(column.type));
  return (
    <div className="cl-Preview-table" tabIndex={0} role="region" aria-label={props.label}>
      <table>
        <thead>
          <tr>
            {props.columns.map((column, index) => (
              <th key={index} title={column.type} className={isNumber[index] ? 'cl-mod-number' : undefined} scope="col">
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, at) => (
                <td key={at} className={isNumber[at] ? 'cl-mod-number' : undefined}>
                  {cell ?? <span className="cl-muted">–</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A picture that is markup: drawn where nothing in it can act, or as its source. */
function Picture(props: { text: string; note: string; trans: TranslationBundle }): JSX.Element {
  const { text, note, trans } = props;
  const picture = React.useMemo(() => {
    const page = new DOMParser().parseFromString('<img>', 'text/html');
    const image = page.querySelector('img')!;
    image.alt = note;
    // Told to be UTF-8, whatever the picture says of itself: that is how the text has come.
    image.setAttribute('src', `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`);
    return PICTURE_POLICY + image.outerHTML;
  }, [text, note]);
  return (
    <Framed
      html={picture}
      text={text}
      title={trans.__('The picture')}
      show={trans.__('Show the picture')}
      isDrawnFirst
      testId="cellift-preview-source"
      trans={trans}
    />
  );
}

/** A page as its source, or in a frame in which nothing can act: no scripts, no origin, nothing loaded. */
function Page(props: { text: string; trans: TranslationBundle }): JSX.Element {
  const { text, trans } = props;
  return (
    <Framed
      html={PAGE_POLICY + text}
      text={text}
      title={trans.__('The page, without its scripts')}
      show={trans.__('Show the page')}
      isDrawnFirst={false}
      testId="cellift-preview-render"
      trans={trans}
    />
  );
}

/** Markup in a frame without any rights, or as its source, and a button that changes from one to the other. */
function Framed(props: {
  /** What the frame shows, its policy in front. */
  html: string;
  /** The source. */
  text: string;
  title: string;
  /** The button's words for the frame. */
  show: string;
  isDrawnFirst: boolean;
  testId: string;
  trans: TranslationBundle;
}): JSX.Element {
  const { html, text, title, show, trans } = props;
  const [isChanged, setChanged] = React.useState(false);
  const isDrawn = props.isDrawnFirst !== isChanged;
  return (
    <>
      <button
        type="button"
        className="cl-Link"
        aria-pressed={isChanged}
        data-testid={props.testId}
        onClick={() => setChanged(!isChanged)}
      >
        {isDrawn ? trans.__('Show the source') : show}
      </button>
      {isDrawn ? (
        <iframe className="cl-Preview-page" sandbox="" srcDoc={html} title={title} />
      ) : (
        <Text text={text} label={trans.__('Source')} />
      )}
    </>
  );
}
