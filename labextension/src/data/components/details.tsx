import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { formatAbsolute, formatBytes, formatWhen } from '../../states/format';
import type { DataActions } from '../actions';
import type { IObjectDetails, IPlace, IVersion } from '../api';
import type { DataClient, IMadeBy, IVersionedPlace } from '../client';
import { wordsOf } from '../errorWords';
import { nameOf } from '../places';

/** How long the keyboard rests on an object before it is asked for, in milliseconds. */
const REST = 150;

/** What is known of one object: facts, runs that made it, versions, and a look into it. */
export function Details(props: Details.IProps): JSX.Element {
  const { place, client, actions, trans } = props;
  const [version, setVersion] = React.useState<string | null>(null);
  const shown = React.useMemo(() => ({ ...place, version }), [place, version]);
  const { found, error } = useAnswer(
    signal => client.object(shown, { signal }),
    [place.connection, place.bucket, place.key, version, props.etag]
  );
  const name = nameOf(place.key);
  return (
    <section className="cl-Details" aria-label={trans.__('Details of %1', name)} data-testid="cellift-data-details">
      <div className="cl-Details-title">
        <h3 title={place.key}>{name}</h3>
        {props.renderActions?.(place)}
        <a
          className="cl-Link"
          href={client.contentUrl(shown)}
          download={name}
          data-testid="cellift-data-download"
          title={trans.__('Download %1 to this computer', name)}
        >
          {trans.__('Download')}
        </a>
        <button
          type="button"
          className="cl-IconButton cl-mod-small"
          title={trans.__('Close the details')}
          onClick={props.onClose}
        >
          <closeIcon.react tag="span" />
        </button>
      </div>
      {error !== null && (
        <p className="cl-DataForm-wrong" role="alert">
          {error}
        </p>
      )}
      <MadeBy place={place} etag={found?.etag ?? ''} client={client} trans={trans} onOpenRun={props.onOpenRun} />
      {props.renderPreview?.(shown)}
      {found && <Facts found={found} trans={trans} />}
      {found && props.hasVersions && (
        <Versions
          place={place}
          written={props.etag}
          shown={version}
          client={client}
          actions={actions}
          trans={trans}
          onShow={setVersion}
        />
      )}
    </section>
  );
}

/** Statics of Details. */
export namespace Details {
  export interface IProps {
    place: IPlace;
    /** Changes when the object was written again. */
    etag: string;
    /** The store may keep versions. */
    hasVersions: boolean;
    client: DataClient;
    actions: DataActions;
    trans: TranslationBundle;
    onOpenRun: ((id: string) => void) | null;
    onClose: () => void;
    /** Buttons beside the name. */
    renderActions?: (place: IPlace) => React.ReactNode;
    /** A look into the object. */
    renderPreview?: (place: IVersionedPlace) => React.ReactNode;
  }
}

/** Size, type, times, and whatever was written with it. */
function Facts(props: { found: IObjectDetails; trans: TranslationBundle }): JSX.Element {
  const { found, trans } = props;
  const facts: [string, React.ReactNode][] = [
    [trans.__('Size'), `${formatBytes(found.size)}${found.size >= 1024 ? ` (${found.size.toLocaleString()} B)` : ''}`],
    [trans.__('Type'), found.content_type],
    [trans.__('Changed'), found.modified && formatAbsolute(found.modified)],
    [trans.__('ETag'), found.etag && <code>{found.etag}</code>],
    [trans.__('Version'), found.version && <code>{found.version}</code>],
    ...Object.entries(found.checksums).map(([name, value]): [string, React.ReactNode] => [name, <code>{value}</code>]),
    ...Object.entries(found.metadata).map(([name, value]): [string, React.ReactNode] => [name, value]),
    ...Object.entries(found.tags).map(([name, value]): [string, React.ReactNode] => [trans.__('tag %1', name), value])
  ];
  return (
    <dl className="cl-Facts cl-Details-facts">
      {facts
        .filter(([, value]) => value)
        .map(([name, value], index) => (
          <React.Fragment key={index}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
    </dl>
  );
}

/** The runs that recorded the object. */
function MadeBy(props: {
  place: IPlace;
  /** What the object has now; empty before it is known. */
  etag: string;
  client: DataClient;
  trans: TranslationBundle;
  onOpenRun: ((id: string) => void) | null;
}): JSX.Element {
  const { place, etag, client, trans, onOpenRun } = props;
  const { found } = useAnswer<IMadeBy[]>(
    signal => client.madeBy(place, { signal }),
    [place.connection, place.bucket, place.key]
  );
  const uses = (['made', 'read'] as const).flatMap(role => {
    const [first, ...others] = (found ?? []).filter(one => one.role === role);
    return first ? [{ role, first, others: others.length }] : [];
  });
  return (
    <>
      {uses.map(({ role, first, others }) => (
        <p key={role} className="cl-Details-madeBy" data-testid={`cellift-data-${role}-by`}>
          {role === 'made' ? trans.__('made by run') : trans.__('read by run')}{' '}
          <button type="button" className="cl-Link" disabled={!onOpenRun} onClick={() => onOpenRun?.(first.run)}>
            {first.name}
          </button>
          <span className="cl-muted">
            {[
              '',
              formatWhen(first.created, trans),
              others ? trans.__('and %1 more', String(others)) : '',
              first.etag && etag && first.etag !== etag ? trans.__('as it was then') : ''
            ]
              .filter((text, index) => text || index === 0)
              .join(' · ')}
          </span>
        </p>
      ))}
    </>
  );
}

/** The versions of an object, the newest first. */
function Versions(props: {
  place: IPlace;
  /** Changes when the object was written again: then there is one more. */
  written: string;
  /** The one that is looked at; null: the newest. */
  shown: string | null;
  client: DataClient;
  actions: DataActions;
  trans: TranslationBundle;
  onShow: (version: string | null) => void;
}): JSX.Element | null {
  const { place, client, actions, trans } = props;
  const { found, error } = useAnswer<IVersion[]>(
    signal => client.versions(place, { signal }),
    [place.connection, place.bucket, place.key, props.written]
  );
  const [wrong, setWrong] = React.useState<string | null>(null);
  if (error === null && (found?.length ?? 0) < 2) {
    return null;
  }
  return (
    <div className="cl-Details-versions">
      <h4>{trans.__('Versions')}</h4>
      {(error ?? wrong) && (
        <p className="cl-DataForm-wrong" role="alert">
          {error ?? wrong}
        </p>
      )}
      <ul>
        {found?.map(version => {
          const isShown = version.is_latest ? props.shown === null : props.shown === version.version;
          const why = actions.whyNoRestore(version);
          const when = version.modified ? formatWhen(version.modified, trans) : '';
          return (
            <li key={version.version} aria-current={isShown}>
              <span title={version.modified ? formatAbsolute(version.modified) : undefined}>
                {[when, version.is_delete_marker ? trans.__('deleted') : formatBytes(version.size)].join(' · ')}
              </span>
              {version.is_latest && <span className="cl-muted">{trans.__('newest')}</span>}
              <span className="cl-spacer" />
              {!version.is_delete_marker && (
                <>
                  <button
                    type="button"
                    className="cl-Link"
                    disabled={isShown}
                    onClick={() => props.onShow(version.is_latest ? null : version.version)}
                  >
                    {trans.__('View')}
                  </button>
                  <a className="cl-Link" href={client.contentUrl({ ...place, version: version.version })} download>
                    {trans.__('Download')}
                  </a>
                  {!version.is_latest && (
                    <button
                      type="button"
                      className="cl-Link"
                      disabled={why !== null}
                      title={why ?? trans.__('Write it again, as the newest version')}
                      onClick={() => {
                        props.onShow(null);
                        void actions.restore(place, version, newestOf(found)).then(setWrong);
                      }}
                    >
                      {trans.__('Restore')}
                    </button>
                  )}
                </>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The etag that the object has now; empty when the newest "version" is its removal. */
function newestOf(versions: IVersion[]): string {
  return versions.find(one => one.is_latest)?.etag ?? '';
}

/** Asks when what is asked about changes; an answer that came too late is dropped, an old one stays until then. */
function useAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  about: unknown[]
): { found: T | null; error: string | null } {
  const [answer, setAnswer] = React.useState<{ found: T | null; error: string | null }>({ found: null, error: null });
  React.useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      ask(abort.signal).then(
        found => !abort.signal.aborted && setAnswer({ found, error: null }),
        reason => !abort.signal.aborted && setAnswer({ found: null, error: wordsOf(reason) })
      );
    }, REST);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, about);
  return answer;
}
