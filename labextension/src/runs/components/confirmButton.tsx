import * as React from 'react';

/** A button that asks once more, in its own place, before something that cannot be undone. */
export function ConfirmButton(props: ConfirmButton.IProps): JSX.Element {
  const [asking, setAsking] = React.useState(false);
  const keep = React.useRef<HTMLButtonElement>(null);
  const first = React.useRef<HTMLButtonElement>(null);
  const wasAsking = React.useRef(false);
  React.useEffect(() => {
    if (asking) {
      keep.current?.focus();
    } else if (wasAsking.current) {
      first.current?.focus();
    }
    wasAsking.current = asking;
  }, [asking]);

  if (!asking) {
    return (
      <button
        ref={first}
        type="button"
        className="cl-Button"
        title={props.title}
        data-testid={props.testId}
        onClick={() => setAsking(true)}
      >
        {props.children}
      </button>
    );
  }
  return (
    <span
      className="cl-Confirm"
      role="group"
      aria-label={props.question}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          setAsking(false);
        }
      }}
    >
      <span className="cl-Confirm-question">{props.question}</span>
      <button
        type="button"
        className="cl-Button cl-mod-danger"
        data-testid={`${props.testId}-confirm`}
        onClick={() => {
          setAsking(false);
          props.onConfirm();
        }}
      >
        {props.confirmLabel}
      </button>
      <button ref={keep} type="button" className="cl-Button" onClick={() => setAsking(false)}>
        {props.keepLabel}
      </button>
    </span>
  );
}

/** Statics of ConfirmButton. */
export namespace ConfirmButton {
  export interface IProps {
    children: React.ReactNode;
    title?: string;
    question: string;
    confirmLabel: string;
    keepLabel: string;
    testId: string;
    onConfirm: () => void;
  }
}
