import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { useSignal } from '../../runs/components/hooks';
import { formatBytes, formatSeconds } from '../../states/format';
import type { DataActions } from '../actions';
import type { ITransfer } from '../api';
import type { Upload } from '../transfers/upload';

/** Transfers that are shown until all are asked for. */
const FEW = 4;

/** The transfers: those that run and those that ended, of this page and of the server. */
export function TransferList(props: { actions: DataActions; trans: TranslationBundle }): JSX.Element | null {
  const { actions, trans } = props;
  const { transfers, uploads } = actions;
  useSignal(transfers.changed);
  useSignal(uploads.changed);
  const [isOpen, setOpen] = React.useState(true);
  const [all, setAll] = React.useState(false);
  const others = transfers.transfers.filter(one => !uploads.owns(one.id));
  const count = others.length + uploads.uploads.length;
  if (!count && !transfers.error) {
    return null;
  }
  const running = others.filter(one => one.state === 'running').length;
  const sending = uploads.uploads.filter(one => one.state === 'running').length;
  const shown = others.slice(0, all ? undefined : Math.max(FEW - uploads.uploads.length, running, 1));
  const over = others.filter(one => one.state !== 'running');
  return (
    <section className="cl-Transfers" aria-label={trans.__('Transfers')} data-testid="cellift-data-transfers">
      <div className="cl-Transfers-title">
        <button type="button" className="cl-Link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {running + sending
            ? trans.__('Transfers: %1 running', String(running + sending))
            : trans.__('Transfers: %1', String(count))}
        </button>
        <span className="cl-spacer" />
        {over.length + uploads.uploads.length - sending > 1 && (
          <button
            type="button"
            className="cl-Link"
            onClick={() => {
              over.forEach(one => void transfers.end(one.id));
              uploads.uploads
                .filter(one => ['done', 'failed', 'cancelled'].includes(one.state))
                .forEach(one => void uploads.end(one));
            }}
          >
            {trans.__('Clear')}
          </button>
        )}
      </div>
      {transfers.error && (
        <p className="cl-Notice" role="status">
          {trans.__('What is shown may be old: %1', transfers.error)}
        </p>
      )}
      {isOpen && (
        <ul className="cl-Transfers-list">
          {uploads.uploads.map(upload => (
            <UploadRow key={upload.id} upload={upload} actions={actions} trans={trans} />
          ))}
          {shown.map(transfer => (
            <TransferRow key={transfer.id} transfer={transfer} actions={actions} trans={trans} />
          ))}
        </ul>
      )}
      {isOpen && shown.length < others.length && (
        <button type="button" className="cl-Link cl-Transfers-all" onClick={() => setAll(true)}>
          {trans.__('%1 more', String(others.length - shown.length))}
        </button>
      )}
    </section>
  );
}

/** Files that go up from this computer. */
function UploadRow(props: { upload: Upload; actions: DataActions; trans: TranslationBundle }): JSX.Element {
  const { upload, actions, trans } = props;
  const { uploads } = actions;
  const { state, totalObjects } = upload;
  const { bucket, key } = upload.folder;
  const what = totalObjects === 1 ? upload.first : trans.__('%1 files', totalObjects.toLocaleString());
  const to = `${bucket}/${key}`;
  const title = bucket ? trans.__('Upload %1 to %2', what, to) : trans.__('Upload %1', what);
  const clashes = upload.clashes;
  const facts = {
    running: progressText(upload.bytes, upload.totalBytes, upload.speed, trans),
    waiting: trans._n('%1 is there already.', '%1 are there already.', clashes.length),
    broken: trans.__('It broke off: %1', upload.failures[0]?.reason ?? ''),
    failed: failureText(upload.failures, trans),
    done: trans.__('Done: %1', formatBytes(upload.totalBytes)),
    cancelled: trans.__('Cancelled')
  }[state];
  return (
    <Row
      title={title}
      state={state === 'waiting' || state === 'broken' ? 'paused' : state}
      share={upload.totalBytes ? upload.bytes / upload.totalBytes : null}
      text={facts}
      trans={trans}
      onEnd={() => void uploads.end(upload)}
      failures={upload.failures.length > 1 ? upload.failures : []}
    >
      {state === 'waiting' && (
        <>
          <button type="button" className="cl-Link" onClick={() => void uploads.go(upload, 'replace')}>
            {trans.__('Replace')}
          </button>
          <button type="button" className="cl-Link" onClick={() => void uploads.go(upload, 'skip')}>
            {trans.__('Keep what is there')}
          </button>
        </>
      )}
      {(state === 'broken' || state === 'failed') && (
        <button type="button" className="cl-Link" onClick={() => void uploads.go(upload, 'retry')}>
          {state === 'broken' ? trans.__('Go on') : trans.__('Try again')}
        </button>
      )}
    </Row>
  );
}

/** Work of the server. */
function TransferRow(props: { transfer: ITransfer; actions: DataActions; trans: TranslationBundle }): JSX.Element {
  const { transfer, actions, trans } = props;
  const { transfers } = actions;
  const { state, kind } = transfer;
  const isLost = kind === 'upload' && state === 'running';
  const bytes = formatBytes(transfer.bytes);
  const amount =
    transfer.objects === 1
      ? trans.__('1 object, %1', bytes)
      : trans.__('%1 objects, %2', transfer.objects.toLocaleString(), bytes);
  const isCounted = kind === 'delete' || kind === 'undo' || kind === 'size';
  const text = {
    running: isLost
      ? trans.__('The page that sent it is gone, %1 are there.', formatBytes(transfer.bytes))
      : isCounted || transfer.total_bytes === null
        ? `${amount}${transfer.total_objects === null ? '' : trans.__(' of %1', transfer.total_objects.toLocaleString())} …`
        : progressText(transfer.bytes, transfer.total_bytes, transfer.speed, trans),
    done: kind === 'size' ? amount : trans.__('Done: %1', amount),
    failed: transfer.error ?? trans.__('It failed.'),
    cancelled: trans.__('Cancelled')
  }[state];
  const share = transfer.total_bytes
    ? transfer.bytes / transfer.total_bytes
    : transfer.total_objects
      ? transfer.objects / transfer.total_objects
      : null;
  return (
    <Row
      title={transfer.title}
      state={state}
      share={share}
      text={text}
      trans={trans}
      onEnd={() => void transfers.end(transfer.id)}
      failures={transfer.failures.length > 1 ? transfer.failures.map(one => ({ ...one })) : []}
      warnings={transfer.warnings}
    >
      {isLost && <ContinueButton transfer={transfer} actions={actions} trans={trans} />}
      {transfer.can_undo && (
        <button type="button" className="cl-Link" onClick={() => void actions.undo(transfer.id)}>
          {trans.__('Undo')}
        </button>
      )}
    </Row>
  );
}

/** Asks for the file again whose upload another page began. */
function ContinueButton(props: { transfer: ITransfer; actions: DataActions; trans: TranslationBundle }): JSX.Element {
  const { transfer, actions, trans } = props;
  const input = React.useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        onChange={event => {
          const file = event.target.files?.[0];
          if (file && file.size === transfer.total_bytes) {
            actions.uploads.adopt(transfer, file);
          } else if (file) {
            actions.say(
              trans.__(
                '%1 is another file: it has %2, not %3.',
                file.name,
                formatBytes(file.size),
                formatBytes(transfer.total_bytes ?? 0)
              ),
              true
            );
          }
        }}
      />
      <button type="button" className="cl-Link" onClick={() => input.current?.click()}>
        {trans.__('Choose the file again')}
      </button>
    </>
  );
}

/** One line of the list. */
function Row(props: {
  title: string;
  state: ITransfer['state'] | 'paused';
  /** How much is done, from 0 to 1; null: nobody knows. */
  share: number | null;
  text: string;
  trans: TranslationBundle;
  onEnd: () => void;
  failures: { what: string; reason: string }[];
  warnings?: string[];
  children?: React.ReactNode;
}): JSX.Element {
  const { state, trans, failures, warnings } = props;
  const goesOn = state === 'running' || state === 'paused';
  const Icon = goesOn ? stopIcon : closeIcon;
  return (
    <li className="cl-Transfer" data-testid="cellift-data-transfer" data-transfer={state}>
      <div className="cl-Transfer-line">
        <span className="cl-Transfer-title" title={props.title}>
          {props.title}
        </span>
        <button
          type="button"
          className="cl-IconButton cl-mod-small"
          title={goesOn ? trans.__('Cancel') : trans.__('Remove from the list')}
          aria-label={goesOn ? trans.__('Cancel: %1', props.title) : trans.__('Remove from the list: %1', props.title)}
          onClick={props.onEnd}
        >
          <Icon.react tag="span" />
        </button>
      </div>
      {goesOn && (
        <progress
          className="cl-Progress"
          aria-label={props.title}
          {...(props.share === null ? {} : { value: props.share, max: 1 })}
        />
      )}
      <p className="cl-Transfer-text" title={props.text}>
        {props.text}
      </p>
      {(failures.length > 0 || (warnings && warnings.length > 0)) && (
        <details className="cl-Transfer-failures">
          <summary>
            {failures.length
              ? trans.__('%1 could not be done', String(failures.length))
              : trans._n('%1 remark', '%1 remarks', warnings?.length ?? 0)}
          </summary>
          <ul>
            {failures.map(({ what, reason }) => (
              <li key={what}>
                {what}: {reason}
              </li>
            ))}
            {warnings?.map(warning => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </details>
      )}
      {props.children && <div className="cl-Transfer-buttons">{props.children}</div>}
    </li>
  );
}

function failureText(failures: { what: string; reason: string }[], trans: TranslationBundle): string {
  const [first] = failures;
  if (!first) {
    return trans.__('It failed.');
  }
  return failures.length === 1
    ? first.reason
    : trans.__('%1 files could not be sent. The first: %2', String(failures.length), first.reason);
}

function progressText(bytes: number, total: number, speed: number, trans: TranslationBundle): string {
  const facts = [trans.__('%1 of %2', formatBytes(bytes), formatBytes(total))];
  if (speed > 0) {
    facts.push(trans.__('%1/s', formatBytes(speed)));
    if (total > bytes) {
      facts.push(trans.__('%1 left', formatSeconds(Math.max(1, (total - bytes) / speed))));
    }
  }
  return facts.join(' · ');
}
