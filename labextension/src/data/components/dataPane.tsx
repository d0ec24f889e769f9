import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useSignal } from '../../runs/components/hooks';
import type { DataActions } from '../actions';
import type { DataClient } from '../client';
import type { EndpointModel } from '../endpoint/endpointModel';
import { EndpointView } from '../endpoint/endpointView';
import { LOCAL } from '../places';
import { chosenFiles, droppedFiles } from '../transfers/droppedFiles';
import { Details } from './details';
import { ObjectList } from './objectList';
import { PlaceBar } from './placeBar';
import { Question } from './questions';
import { TransferList } from './transferList';

/** All of the section: where one is, what is there, what is asked, the details of what is selected, transfers. */
export function DataPane(props: DataPane.IProps): JSX.Element {
  const { actions, client, trans } = props;
  const { browser } = actions;
  useSignal(browser.changed);
  useSignal(actions.changed);
  const pane = React.useRef<HTMLDivElement>(null);
  const search = React.useRef<HTMLInputElement>(null);
  const files = React.useRef<HTMLInputElement>(null);
  const [isOver, setOver] = React.useState(false);
  const [closed, setClosed] = React.useState<string | null>(null);
  const { rows, selection, error } = browser;
  const { notice } = actions;

  const focusList = () => pane.current?.querySelector<HTMLElement>('.cl-DataList')?.focus();
  const isAsking = actions.form !== null;
  const wasAsking = React.useRef(false);
  React.useEffect(() => {
    // The keyboard goes back to where the question came from.
    if (wasAsking.current && !isAsking && pane.current && document.activeElement === document.body) {
      focusList();
    }
    wasAsking.current = isAsking;
  }, [isAsking]);

  const row = selection.only === -1 ? undefined : rows[selection.only];
  const place = row && !row.folder ? browser.placeOf(row) : null;
  const connection = browser.connection;
  const why = connection?.unusable;

  return (
    <div
      ref={pane}
      className={`cl-DataPane${isOver ? ' cl-mod-over' : ''}`}
      onDragOver={event => {
        if (event.dataTransfer.types.includes('Files')) {
          event.preventDefault();
          event.stopPropagation();
          event.dataTransfer.dropEffect = 'copy';
          setOver(true);
        }
      }}
      onDragLeave={event => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) {
          setOver(false);
        }
      }}
      onDrop={event => {
        setOver(false);
        if (event.dataTransfer.types.includes('Files')) {
          event.preventDefault();
          event.stopPropagation();
          const to = browser.here;
          droppedFiles(event.dataTransfer).then(
            found => actions.upload(found, to),
            reason => actions.say(trans.__('What was dropped cannot be read: %1', String(reason)), true)
          );
        }
      }}
    >
      <PlaceBar
        actions={actions}
        trans={trans}
        search={search}
        onUpload={() => files.current?.click()}
        onMenu={props.onMenu}
        onLeaveSearch={() => {
          focusList();
          if (rows.length) {
            browser.select(one => one.choose(0));
          }
        }}
      />
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-testid="cellift-data-files"
        onChange={event => {
          actions.upload(chosenFiles(event.target.files ?? []));
          event.target.value = '';
        }}
      />
      <Question actions={actions} trans={trans} />
      {notice && (
        <p
          className={`cl-Notice cl-Data-notice${notice.error ? ' cl-mod-error' : ''}`}
          role={notice.error ? 'alert' : 'status'}
        >
          <span>{notice.text}</span>
          <button type="button" className="cl-Link" onClick={() => actions.say(null)}>
            {trans.__('OK')}
          </button>
        </p>
      )}
      {(why || error) && (
        <div className="cl-Notice cl-Data-notice cl-mod-error" role="alert" data-testid="cellift-data-error">
          <span>{why || error}</span>
          <button
            type="button"
            className="cl-Link"
            onClick={() => {
              void browser.fetchConnections().then(() => browser.refresh());
            }}
          >
            {trans.__('Try again')}
          </button>
        </div>
      )}
      <ObjectList
        browser={browser}
        trans={trans}
        commands={{
          open: one => (one.folder ? void browser.enter(one) : props.onOpen(one.name)),
          remove: () => {
            if (!browser.isReadOnly) {
              void actions.askDelete(browser.chosen);
            }
          },
          rename: () => {
            const [only, ...others] = browser.chosen;
            if (only && only.key && !others.length && !browser.isReadOnly) {
              actions.ask({ kind: 'rename', place: only });
            }
          },
          copy: () => actions.copy(browser.chosen, false),
          cut: () => actions.copy(browser.chosen, !browser.isReadOnly),
          paste: () => void actions.paste(),
          type: text => {
            search.current?.focus();
            browser.type(browser.typed + text);
          }
        }}
      >
        {rows.length === 0 && !error && !why && (
          <EmptyState actions={actions} trans={trans} onUpload={() => files.current?.click()} />
        )}
      </ObjectList>
      {selection.size > 1 && (
        <p className="cl-Data-end" role="status" data-testid="cellift-data-selected">
          {trans.__('%1 selected', selection.size.toLocaleString())}
        </p>
      )}
      {place && row && closed !== place.key && (
        <Details
          key={`${place.connection}/${place.bucket}/${place.key}`}
          place={place}
          etag={`${row.size} ${row.modified}`}
          hasVersions={browser.buckets?.features.includes('versions') ?? false}
          client={client}
          actions={actions}
          trans={trans}
          onOpenRun={props.onOpenRun}
          onClose={() => setClosed(place.key)}
          renderActions={props.renderActions}
          renderPreview={props.renderPreview}
        />
      )}
      <EndpointView
        model={props.endpoint}
        trans={trans}
        isOffered={browser.location?.connection === LOCAL && browser.location.bucket === null}
      />
      <TransferList actions={actions} trans={trans} />
    </div>
  );
}

/** Statics of DataPane. */
export namespace DataPane {
  export interface IProps extends Pick<Details.IProps, 'onOpenRun' | 'renderActions' | 'renderPreview'> {
    actions: DataActions;
    client: DataClient;
    endpoint: EndpointModel;
    trans: TranslationBundle;
    onMenu: (button: HTMLElement) => void;
    /** Opens the object of this name of the folder that is looked at. */
    onOpen: (name: string) => void;
  }
}

/** Says what could be here, and the first step. */
function EmptyState(props: {
  actions: DataActions;
  trans: TranslationBundle;
  onUpload: () => void;
}): JSX.Element | null {
  const { actions, trans } = props;
  const { browser } = actions;
  const { location, listing, isReadOnly } = browser;
  const button = (label: string, onClick: () => void, isFirst = true) => (
    <button type="button" className={`cl-Button${isFirst ? ' cl-mod-accept' : ''}`} onClick={onClick}>
      {label}
    </button>
  );
  const addConnection = () => actions.ask({ kind: 'connection', name: null });
  if (browser.isReady && !location) {
    return (
      <div className="cl-Empty" data-testid="cellift-data-empty">
        <p>{trans.__('A connection is a name for a store: MinIO, Amazon S3, or another that speaks S3.')}</p>
        {button(trans.__('Add a connection'), addConnection)}
      </div>
    );
  }
  if (!location || !listing?.isComplete) {
    return <div className="cl-Empty" aria-busy="true" />;
  }
  if (browser.shownTyped) {
    return (
      <div className="cl-Empty" data-testid="cellift-data-empty">
        <p>{trans.__('No name here begins with “%1”.', browser.shownTyped)}</p>
        {button(trans.__('Show all'), () => browser.type(''), false)}
      </div>
    );
  }
  if (location.bucket === null) {
    return (
      <div className="cl-Empty" data-testid="cellift-data-empty">
        <p>
          {location.connection === LOCAL
            ? trans.__('Data is kept in buckets. Those of “local” are folders of this machine and need no set-up.')
            : trans.__('There is no bucket here, or these keys may not see it.')}
        </p>
        {!isReadOnly &&
          button(
            location.connection === LOCAL ? trans.__('Create the first bucket') : trans.__('Create a bucket'),
            () => actions.ask({ kind: 'bucket' })
          )}{' '}
        {location.connection === LOCAL && button(trans.__('Connect to MinIO or S3'), addConnection, false)}
      </div>
    );
  }
  return (
    <div className="cl-Empty" data-testid="cellift-data-empty">
      <p>
        {isReadOnly ? trans.__('Nothing is in here.') : trans.__('Nothing is in here yet. Drop files or folders here.')}
      </p>
      {!isReadOnly && button(trans.__('Upload files'), props.onUpload)}
    </div>
  );
}
