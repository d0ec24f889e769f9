import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { formatBytes } from '../../states/format';
import type { DataActions, Form } from '../actions';
import type { IPlace, IPlan } from '../api';
import { isFolder, nameOf, pathOf } from '../places';
import { ConnectionForm } from './connectionForm';
import { NameForm } from './nameForm';

/** The question that is asked at the moment, inside the section. */
export function Question(props: Question.IProps): JSX.Element | null {
  const { actions, trans } = props;
  const { form } = actions;
  const close = () => actions.ask(null);
  switch (form?.kind) {
    case 'connection': {
      const connection = actions.browser.connections.find(one => one.name === form.name);
      return <ConnectionForm key={form.name} actions={actions} trans={trans} connection={connection} />;
    }
    case 'forget-connection':
      return (
        <Ask
          question={trans.__(
            'Remove the connection %1? Its keys are forgotten; its data stays where it is.',
            form.name
          )}
          confirm={trans.__('Remove')}
          isDangerous
          onConfirm={() => void actions.forgetConnection(form.name)}
          onClose={close}
          trans={trans}
        />
      );
    case 'bucket':
      return (
        <NameForm
          key="bucket"
          trans={trans}
          label={trans.__('Name of the new bucket')}
          hint={trans.__('3 to 63 small letters, digits and hyphens.')}
          submitLabel={trans.__('Create')}
          testId="cellift-data-bucket-form"
          onSubmit={name => actions.makeBucket(name.trim())}
          onClose={close}
        />
      );
    case 'folder':
      return (
        <NameForm
          key="folder"
          trans={trans}
          label={trans.__('Name of the new folder')}
          submitLabel={trans.__('Create')}
          testId="cellift-data-folder-form"
          onSubmit={name => actions.makeFolder(name)}
          onClose={close}
        />
      );
    case 'rename':
      return (
        <NameForm
          key={`rename ${form.place.key}`}
          trans={trans}
          label={trans.__('New name of %1', nameOf(form.place.key))}
          value={nameOf(form.place.key)}
          hint={trans.__('/folder/name moves it to another folder of the bucket.')}
          submitLabel={trans.__('Rename')}
          testId="cellift-data-rename-form"
          onSubmit={name => actions.rename(form.place, name)}
          onClose={close}
        />
      );
    case 'export':
      return (
        <NameForm
          key="export"
          trans={trans}
          label={trans.__('Folder of the server that gets the files')}
          value="/"
          hint={trans.__('As the file browser shows it; it is made when it is not there.')}
          submitLabel={trans.__('Copy')}
          testId="cellift-data-export-form"
          onSubmit={path => actions.export(form.places, { path: path.replace(/^\/+/, '') })}
          onClose={close}
        />
      );
    case 'delete':
      return <DeleteQuestion form={form} actions={actions} trans={trans} />;
    case 'clash':
      return <ClashQuestion form={form} actions={actions} trans={trans} />;
    case 'share':
      return <ShareForm key={form.place.key} form={form} actions={actions} trans={trans} />;
    default:
      return null;
  }
}

/** Statics of Question. */
export namespace Question {
  export interface IProps {
    actions: DataActions;
    trans: TranslationBundle;
  }
}

interface IFormProps<K extends Form['kind']> {
  form: Extract<Form, { kind: K }>;
  actions: DataActions;
  trans: TranslationBundle;
}

/** What a removal takes, how much it is, and whether there is a way back. */
function DeleteQuestion(props: IFormProps<'delete'>): JSX.Element {
  const { form, actions, trans } = props;
  const { places, plan } = form;
  const what = namesOf(places, trans);
  const isBucket = places.some(place => place.key === '');
  const back =
    form.undoable === false
      ? trans.__('This cannot be undone.')
      : form.undoable
        ? trans.__('The bucket keeps versions: it can be undone.')
        : trans.__('It can be undone only where the bucket keeps versions.');
  const amount = plan && amountOf(plan, trans);
  const question = isBucket
    ? trans.__('Delete the bucket %1?', what)
    : places.some(place => isFolder(place.key))
      ? trans.__('Delete %1 and all in it?', what)
      : trans.__('Delete %1?', what);
  return (
    <Ask
      question={question}
      confirm={plan && plan.objects > 1 ? trans.__('Delete %1 objects', countOf(plan)) : trans.__('Delete')}
      isDangerous
      isReady={plan !== null}
      error={form.error}
      onConfirm={() => void actions.remove(places)}
      onClose={() => actions.ask(null)}
      trans={trans}
      testId="cellift-data-delete"
    >
      {form.error === null && (
        <p className="cl-DataForm-hint" data-testid="cellift-data-plan">
          {amount === null ? trans.__('Counting …') : plan?.objects === 0 ? trans.__('It is empty.') : amount}{' '}
          {plan && <strong>{isBucket && plan.objects === 0 ? '' : back}</strong>}
        </p>
      )}
      {plan && places.length === 1 && isFolder(places[0].key) && <Examples names={plan.examples} />}
    </Ask>
  );
}

/** Something is there already at the place that things go to. */
function ClashQuestion(props: IFormProps<'clash'>): JSX.Element {
  const { form, actions, trans } = props;
  const { plan, request } = form;
  const many = plan.existing.length;
  return (
    <Ask
      question={trans._n('%1 object is there already.', '%1 objects are there already.', many >= 100 ? 100 : many)}
      confirm={trans.__('Replace')}
      isDangerous
      onConfirm={() => void actions.settle(request, 'replace')}
      other={{ label: trans.__('Keep what is there'), onClick: () => void actions.settle(request, 'skip') }}
      onClose={() => actions.ask(null)}
      trans={trans}
      testId="cellift-data-clash"
    >
      <Examples names={plan.existing.slice(0, 5)} more={many > 5} />
    </Ask>
  );
}

/** Makes a link that others can open. */
function ShareForm(props: IFormProps<'share'>): JSX.Element {
  const { form, actions, trans } = props;
  const [seconds, setSeconds] = React.useState(900);
  const [wrong, setWrong] = React.useState<string | null>(null);
  const id = React.useId();
  const choice = React.useRef<HTMLSelectElement>(null);
  React.useEffect(() => choice.current?.focus(), []);
  return (
    <form
      className="cl-DataForm"
      data-testid="cellift-data-share-form"
      onSubmit={event => {
        event.preventDefault();
        void actions.share(form.place, seconds).then(setWrong);
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          actions.ask(null);
        }
      }}
    >
      <label className="cl-DataForm-label" htmlFor={id}>
        {trans.__('A link to %1 that works without keys for', nameOf(form.place.key))}
      </label>
      <select
        ref={choice}
        id={id}
        className="cl-Input"
        value={seconds}
        onChange={event => setSeconds(Number(event.target.value))}
      >
        <option value={900}>{trans.__('15 minutes')}</option>
        <option value={3600}>{trans.__('1 hour')}</option>
        <option value={86400}>{trans.__('1 day')}</option>
        <option value={604800}>{trans.__('7 days')}</option>
      </select>
      {wrong ? (
        <p className="cl-DataForm-wrong" role="alert">
          {wrong}
        </p>
      ) : form.link ? (
        <p className="cl-DataForm-well" role="status" data-testid="cellift-data-shared">
          {trans.__('The link is in the clipboard. It works until %1.', untilOf(form.link.expires))}
        </p>
      ) : (
        <p className="cl-DataForm-hint">{trans.__('Whoever has the link can read the object.')}</p>
      )}
      <div className="cl-DataForm-buttons">
        <button type="submit" className="cl-Button cl-mod-accept" disabled={actions.isBusy}>
          {trans.__('Copy link')}
        </button>
        <button type="button" className="cl-Button" onClick={() => actions.ask(null)}>
          {trans.__('Close')}
        </button>
      </div>
    </form>
  );
}

/** A question with what it means, and buttons; the keyboard is on the one that changes nothing. */
function Ask(props: {
  question: string;
  confirm: string;
  isDangerous?: boolean;
  isReady?: boolean;
  error?: string | null;
  other?: { label: string; onClick: () => void };
  onConfirm: () => void;
  onClose: () => void;
  trans: TranslationBundle;
  testId?: string;
  children?: React.ReactNode;
}): JSX.Element {
  const keep = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => keep.current?.focus(), []);
  return (
    <div
      className="cl-DataForm"
      role="group"
      aria-label={props.question}
      data-testid={props.testId}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          props.onClose();
        }
      }}
    >
      <p className="cl-DataForm-label">{props.question}</p>
      {props.children}
      {props.error && (
        <p className="cl-DataForm-wrong" role="alert">
          {props.error}
        </p>
      )}
      <div className="cl-DataForm-buttons">
        <button
          type="button"
          className={`cl-Button ${props.isDangerous ? 'cl-mod-danger' : 'cl-mod-accept'}`}
          data-testid={props.testId && `${props.testId}-confirm`}
          disabled={props.isReady === false}
          onClick={props.onConfirm}
        >
          {props.confirm}
        </button>
        {props.other && (
          <button type="button" className="cl-Button" onClick={props.other.onClick}>
            {props.other.label}
          </button>
        )}
        <button ref={keep} type="button" className="cl-Button" onClick={props.onClose}>
          {props.trans.__('Cancel')}
        </button>
      </div>
    </div>
  );
}

/** Some names of what is meant. */
function Examples(props: { names: string[]; more?: boolean }): JSX.Element {
  return (
    <ul className="cl-DataForm-examples">
      {props.names.map(name => (
        <li key={name} title={name}>
          {name}
        </li>
      ))}
      {props.more && <li>…</li>}
    </ul>
  );
}

function namesOf(places: IPlace[], trans: TranslationBundle): string {
  const [first] = places;
  return places.length > 1
    ? trans.__('%1 things', places.length.toLocaleString())
    : first.key === ''
      ? first.bucket
      : nameOf(first.key) || pathOf(first);
}

function countOf(plan: IPlan): string {
  return plan.objects.toLocaleString() + (plan.more ? '+' : '');
}

function amountOf(plan: IPlan, trans: TranslationBundle): string {
  return plan.more
    ? trans.__('More than %1 objects, %2.', plan.objects.toLocaleString(), formatBytes(plan.bytes))
    : plan.objects === 1
      ? trans.__('1 object, %1.', formatBytes(plan.bytes))
      : trans.__('%1 objects, %2.', plan.objects.toLocaleString(), formatBytes(plan.bytes));
}

function untilOf(time: string): string {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(undefined, {
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit'
  });
}
