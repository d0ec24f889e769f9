import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

/** Asks for one name, in its own place; the reason why it was not taken is below it. */
export function NameForm(props: NameForm.IProps): JSX.Element {
  const { trans } = props;
  const [value, setValue] = React.useState(props.value ?? '');
  const [wrong, setWrong] = React.useState<string | null>(null);
  const [isBusy, setBusy] = React.useState(false);
  const input = React.useRef<HTMLInputElement>(null);
  const id = React.useId();

  React.useEffect(() => {
    const node = input.current;
    if (node) {
      node.focus();
      // Of a file's name, what is before the ending is what people change.
      const dot = node.value.lastIndexOf('.');
      node.setSelectionRange(0, dot > 0 ? dot : node.value.length);
    }
  }, []);

  const submit = async () => {
    setBusy(true);
    setWrong(null);
    const reason = await props.onSubmit(value);
    setBusy(false);
    setWrong(reason);
  };
  return (
    <form
      className="cl-DataForm"
      data-testid={props.testId}
      onSubmit={event => {
        event.preventDefault();
        if (value && !isBusy) {
          void submit();
        }
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          props.onClose();
        }
      }}
    >
      <label className="cl-DataForm-label" htmlFor={id}>
        {props.label}
      </label>
      <input
        ref={input}
        id={id}
        className="cl-Input cl-DataForm-wide"
        value={value}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={wrong !== null}
        aria-describedby={`${id}-hint`}
        onChange={event => setValue(event.target.value)}
      />
      <p
        id={`${id}-hint`}
        className={wrong ? 'cl-DataForm-wrong' : 'cl-DataForm-hint'}
        role={wrong ? 'alert' : undefined}
      >
        {wrong ?? props.hint}
      </p>
      <div className="cl-DataForm-buttons">
        <button type="submit" className="cl-Button cl-mod-accept" disabled={!value || isBusy}>
          {props.submitLabel}
        </button>
        <button type="button" className="cl-Button" onClick={props.onClose}>
          {trans.__('Cancel')}
        </button>
      </div>
    </form>
  );
}

/** Statics of NameForm. */
export namespace NameForm {
  export interface IProps {
    trans: TranslationBundle;
    label: string;
    value?: string;
    hint?: string;
    submitLabel: string;
    testId: string;
    /** Gives the reason why the name is not taken; null: it is. */
    onSubmit: (name: string) => Promise<string | null>;
    onClose: () => void;
  }
}
