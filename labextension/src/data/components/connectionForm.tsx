import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { DataActions } from '../actions';
import type { IConnection, IConnectionRequest } from '../api';

/** Sets up or changes a connection. What is secret goes to the server and never comes back. */
export function ConnectionForm(props: ConnectionForm.IProps): JSX.Element {
  const { actions, trans, connection } = props;
  const [name, setName] = React.useState(connection?.name ?? '');
  const [fields, setFields] = React.useState({
    url: connection?.url ?? '',
    key_id: '',
    secret: '',
    token: '',
    region: connection?.region ?? '',
    path_style: '',
    read_only: connection?.read_only ?? false,
    anonymous: connection?.anonymous ?? false
  });
  const [isBusy, setBusy] = React.useState(false);
  const [said, setSaid] = React.useState<{ text: string; error: boolean } | null>(null);
  const id = React.useId();
  const first = React.useRef<HTMLInputElement>(null);
  React.useEffect(() => first.current?.focus(), []);

  const set = (change: Partial<typeof fields>) => setFields(before => ({ ...before, ...change }));
  const request = (): IConnectionRequest => ({
    url: fields.url.trim(),
    region: fields.region.trim(),
    path_style: fields.path_style === '' ? null : fields.path_style === 'path',
    read_only: fields.read_only,
    ...(fields.anonymous ? { anonymous: true } : {}),
    ...(!fields.anonymous && fields.key_id ? { key_id: fields.key_id.trim() } : {}),
    ...(!fields.anonymous && fields.secret ? { secret: fields.secret } : {}),
    ...(!fields.anonymous && fields.token ? { token: fields.token } : {})
  });
  const save = async (then: 'test' | 'open') => {
    setBusy(true);
    setSaid(null);
    const wrong = await actions.keepConnection(name.trim(), request());
    if (wrong !== null) {
      setSaid({ text: wrong, error: true });
    } else {
      // The secret is at the server now: nothing of it stays in the page.
      set({ key_id: '', secret: '', token: '' });
      if (then === 'test') {
        setSaid(await actions.testConnection(name.trim()));
      } else {
        actions.ask(null);
        void actions.browser.go({ connection: name.trim(), bucket: null, prefix: '' });
      }
    }
    setBusy(false);
  };
  const text = (
    key: 'url' | 'key_id' | 'secret' | 'token' | 'region',
    label: string,
    more: React.InputHTMLAttributes<HTMLInputElement> = {}
  ) => (
    <React.Fragment key={key}>
      <label htmlFor={`${id}-${key}`}>{label}</label>
      <input
        id={`${id}-${key}`}
        className="cl-Input"
        data-field={key}
        value={fields[key]}
        spellCheck={false}
        autoComplete="off"
        onChange={event => set({ [key]: event.target.value })}
        {...more}
      />
    </React.Fragment>
  );
  const keys = connection?.key_id ? trans.__('kept: %1', connection.key_id) : '';
  const isReady = name.trim() !== '' && fields.url.trim() !== '' && !isBusy;

  return (
    <form
      className="cl-DataForm"
      data-testid="cellift-data-connection-form"
      aria-label={connection ? trans.__('Change the connection %1', connection.name) : trans.__('Add a connection')}
      onSubmit={event => {
        event.preventDefault();
        if (isReady) {
          void save('open');
        }
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          actions.ask(null);
        }
      }}
    >
      <p className="cl-DataForm-label">
        {connection
          ? trans.__('Change the connection %1', connection.name)
          : trans.__('Add a connection to MinIO or S3')}
      </p>
      <div className="cl-DataForm-fields">
        {!connection && (
          <>
            <label htmlFor={`${id}-name`}>{trans.__('Name')}</label>
            <input
              ref={first}
              id={`${id}-name`}
              className="cl-Input"
              data-field="name"
              value={name}
              placeholder={trans.__('minio')}
              spellCheck={false}
              autoComplete="off"
              onChange={event => setName(event.target.value)}
            />
          </>
        )}
        {text('url', trans.__('URL'), { placeholder: trans.__('https://minio.example:9000'), type: 'url' })}
        {!fields.anonymous && text('key_id', trans.__('Access key'), { placeholder: keys })}
        {!fields.anonymous &&
          text('secret', trans.__('Secret key'), {
            type: 'password',
            autoComplete: 'new-password',
            placeholder: connection?.key_id ? trans.__('kept') : ''
          })}
        {!fields.anonymous &&
          text('token', trans.__('Session token'), {
            type: 'password',
            autoComplete: 'new-password',
            placeholder: trans.__('when there is one')
          })}
        {text('region', trans.__('Region'), { placeholder: trans.__('found by itself') })}
        <label htmlFor={`${id}-style`}>{trans.__('Bucket is')}</label>
        <select
          id={`${id}-style`}
          className="cl-Input"
          value={fields.path_style}
          onChange={event => set({ path_style: event.target.value })}
        >
          <option value="">{trans.__('found by itself')}</option>
          <option value="path">{trans.__('in the path')}</option>
          <option value="host">{trans.__("in the host's name")}</option>
        </select>
      </div>
      <label className="cl-DataForm-check">
        <input
          type="checkbox"
          checked={fields.read_only}
          onChange={event => set({ read_only: event.target.checked })}
        />
        {trans.__('Read-only: nothing is ever written')}
      </label>
      <label className="cl-DataForm-check">
        <input
          type="checkbox"
          checked={fields.anonymous}
          onChange={event => set({ anonymous: event.target.checked })}
        />
        {trans.__('Anonymous: public buckets, no keys')}
      </label>
      {said && (
        <p
          className={said.error ? 'cl-DataForm-wrong' : 'cl-DataForm-well'}
          role={said.error ? 'alert' : 'status'}
          data-testid="cellift-data-connection-said"
        >
          {said.text}
        </p>
      )}
      <div className="cl-DataForm-buttons">
        <button type="submit" className="cl-Button cl-mod-accept" disabled={!isReady}>
          {trans.__('Save')}
        </button>
        <button
          type="button"
          className="cl-Button"
          title={trans.__('Save it, and list its buckets')}
          disabled={!isReady}
          onClick={() => {
            void save('test');
          }}
        >
          {trans.__('Save and test')}
        </button>
        <button type="button" className="cl-Button" onClick={() => actions.ask(null)}>
          {trans.__('Close')}
        </button>
      </div>
      {connection?.key_id && (
        <p className="cl-DataForm-hint">
          {trans.__('Keys that are left empty stay as they are, unless the URL is changed.')}
        </p>
      )}
    </form>
  );
}

/** Statics of ConnectionForm. */
export namespace ConnectionForm {
  export interface IProps {
    actions: DataActions;
    trans: TranslationBundle;
    /** The one that is changed; undefined: a new one. */
    connection?: IConnection;
  }
}
