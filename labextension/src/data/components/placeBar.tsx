import type { TranslationBundle } from '@jupyterlab/translation';
import { addIcon, ellipsesIcon, fileUploadIcon, newFolderIcon, refreshIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { useSignal } from '../../runs/components/hooks';
import type { DataActions } from '../actions';
import { crumbs, LOCAL } from '../places';

/** Where one is, and the ways from here: connection, folders above, back and forward, what a name begins with. */
export function PlaceBar(props: PlaceBar.IProps): JSX.Element {
  const { actions, trans } = props;
  const { browser } = actions;
  useSignal(browser.changed);
  const { location, connection, isReadOnly } = browser;
  const atBuckets = location?.bucket === null;
  const path = location ? crumbs(location) : [];
  const trail = React.useRef<HTMLElement>(null);
  const deepest = path[path.length - 1]?.location.prefix;
  React.useLayoutEffect(() => {
    if (trail.current) {
      trail.current.scrollLeft = trail.current.scrollWidth;
    }
  }, [deepest, location?.bucket]);
  const about = [
    connection?.name === LOCAL ? '' : connection?.found,
    connection?.url,
    isReadOnly ? trans.__('read-only') : '',
    connection?.anonymous ? trans.__('without keys') : ''
  ].filter(Boolean);
  const readOnly = isReadOnly ? trans.__('The connection is read-only.') : '';
  return (
    <div className="cl-PlaceBar">
      <div className="cl-PlaceBar-row">
        <select
          className="cl-Input cl-PlaceBar-connection"
          data-testid="cellift-data-connection"
          aria-label={trans.__('Connection')}
          title={connection && [connection.found, connection.url].filter(Boolean).join(' · ')}
          value={location?.connection ?? ''}
          onChange={event => {
            void browser.go({ connection: event.target.value, bucket: null, prefix: '' });
          }}
        >
          {browser.connections.map(one => (
            <option key={one.name} value={one.name} title={one.unusable || one.found}>
              {one.name}
              {one.unusable ? ` (${trans.__('cannot be used')})` : one.read_only ? ` (${trans.__('read-only')})` : ''}
            </option>
          ))}
        </select>
        <BarButton
          title={readOnly || (atBuckets ? trans.__('New bucket') : trans.__('New folder'))}
          label={atBuckets ? trans.__('New bucket') : trans.__('New folder')}
          testId="cellift-data-new"
          disabled={!location || isReadOnly}
          onClick={() => actions.ask({ kind: atBuckets ? 'bucket' : 'folder' })}
        >
          {atBuckets ? <addIcon.react tag="span" /> : <newFolderIcon.react tag="span" />}
        </BarButton>
        <BarButton
          title={readOnly || (atBuckets ? trans.__('Open a bucket to upload into it') : trans.__('Upload files'))}
          label={trans.__('Upload files')}
          testId="cellift-data-upload"
          disabled={!location || atBuckets || isReadOnly}
          onClick={props.onUpload}
        >
          <fileUploadIcon.react tag="span" />
        </BarButton>
        <BarButton
          title={trans.__('Refresh')}
          label={trans.__('Refresh the list')}
          testId="cellift-data-refresh"
          onClick={() => {
            void browser.fetchConnections().then(() => browser.refresh());
          }}
        >
          <refreshIcon.react tag="span" />
        </BarButton>
        <BarButton
          title={trans.__('More: connections, favourites, recent places …')}
          label={trans.__('More')}
          testId="cellift-data-menu"
          hasMenu
          onClick={props.onMenu}
        >
          <ellipsesIcon.react tag="span" />
        </BarButton>
      </div>
      <div className="cl-PlaceBar-row">
        <BarButton
          isSmall
          title={trans.__('Back (Alt+Left)')}
          label={trans.__('Back')}
          disabled={!browser.canGoBack}
          onClick={() => void browser.back()}
        >
          ‹
        </BarButton>
        <BarButton
          isSmall
          title={trans.__('Forward (Alt+Right)')}
          label={trans.__('Forward')}
          disabled={!browser.canGoForward}
          onClick={() => void browser.forward()}
        >
          ›
        </BarButton>
        <nav ref={trail} className="cl-PlaceBar-path" aria-label={trans.__('Path')} data-testid="cellift-data-path">
          <button
            type="button"
            className="cl-Link"
            aria-current={atBuckets ? 'location' : undefined}
            onClick={() => {
              if (location) {
                void browser.go({ connection: location.connection, bucket: null, prefix: '' });
              }
            }}
          >
            {location?.connection ?? ''}
          </button>
          {path.map(({ label, location: to }, index) => (
            <React.Fragment key={index}>
              <span aria-hidden="true">/</span>
              <button
                type="button"
                className="cl-Link"
                title={label}
                aria-current={index === path.length - 1 ? 'location' : undefined}
                onClick={() => void browser.go(to)}
              >
                {label}
              </button>
            </React.Fragment>
          ))}
        </nav>
      </div>
      {atBuckets && about.length > 0 && (
        <p className="cl-PlaceBar-about" title={about.join(' · ')} data-testid="cellift-data-found">
          {about.join(' · ')}
        </p>
      )}
      <input
        ref={props.search}
        type="search"
        className="cl-Input cl-PlaceBar-search"
        data-testid="cellift-data-search"
        placeholder={trans.__('Name begins with')}
        aria-label={trans.__('Show only names that begin with')}
        spellCheck={false}
        value={browser.typed}
        disabled={!location}
        onChange={event => browser.type(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault();
            props.onLeaveSearch();
          } else if (event.key === 'Escape' && browser.typed) {
            event.preventDefault();
            event.stopPropagation();
            browser.type('');
          }
        }}
      />
    </div>
  );
}

/** Statics of PlaceBar. */
export namespace PlaceBar {
  export interface IProps {
    actions: DataActions;
    trans: TranslationBundle;
    search: React.RefObject<HTMLInputElement>;
    onUpload: () => void;
    /** Shows what else can be done, beside the button. */
    onMenu: (button: HTMLElement) => void;
    /** The keyboard goes from the search to the list. */
    onLeaveSearch: () => void;
  }
}

/** A button of the bar; its title may say why it cannot be used, its label what it does. */
function BarButton(props: {
  title: string;
  label: string;
  testId?: string;
  disabled?: boolean;
  isSmall?: boolean;
  hasMenu?: boolean;
  onClick: (button: HTMLElement) => void;
  children: React.ReactNode;
}): JSX.Element {
  return (
    <button
      type="button"
      className={`cl-IconButton${props.isSmall ? ' cl-mod-small' : ''}`}
      title={props.title}
      aria-label={props.label}
      aria-haspopup={props.hasMenu ? 'menu' : undefined}
      data-testid={props.testId}
      disabled={props.disabled}
      onClick={event => props.onClick(event.currentTarget)}
    >
      {props.children}
    </button>
  );
}
