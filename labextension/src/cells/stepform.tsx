import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IStepOption, StepOptions } from '../tokens';
import { draftsOf, optionsOf, StepOptionFields } from './stepoptions';

/** The form within a strip: the step's name and its options. Enter accepts, Escape leaves things as they were. */
export function StepForm(props: {
  suggestion: string;
  /** Whether the cell is a step already. */
  marked: boolean;
  /** Options that the step has. */
  options: StepOptions;
  /** Options that a step can have. */
  known: readonly IStepOption[];
  trans: TranslationBundle;
  /** What is wrong with a name, or null. */
  problem: (name: string) => string | null;
  onAccept: (name: string, options: StepOptions) => void;
  onUnmark: () => void;
  onCancel: (refocus: boolean) => void;
}): JSX.Element {
  const { suggestion, marked, known, trans } = props;
  const [name, setName] = React.useState(suggestion);
  const before = React.useRef(draftsOf(props.options));
  const [drafts, setDrafts] = React.useState(before.current);
  const [unfolded, setUnfolded] = React.useState(false);
  const id = React.useId();
  const [tried, setTried] = React.useState(false);
  const input = React.useRef<HTMLInputElement>(null);
  const done = React.useRef(false);
  const problem = props.problem(name.trim());
  const shownProblem = tried || name !== suggestion ? problem : null;
  const given = Object.keys(optionsOf(drafts)).length;
  const typed = name !== suggestion || drafts !== before.current;

  React.useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  const finish = (end: () => void) => {
    if (!done.current) {
      done.current = true;
      end();
    }
  };
  const accept = () => {
    setTried(true);
    if (problem === null) {
      finish(() => props.onAccept(name.trim(), optionsOf(drafts)));
    }
  };

  return (
    <form
      className="cl-StepForm"
      data-testid="cellift-step-form"
      onSubmit={event => {
        event.preventDefault();
        accept();
      }}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.key === 'Escape') {
          event.preventDefault();
          finish(() => props.onCancel(true));
        }
      }}
      onBlur={event => {
        if (event.currentTarget.contains(event.relatedTarget)) {
          return;
        }
        // What was typed is not thrown away by a click elsewhere; a name that was only offered is not imposed.
        if (typed && problem === null) {
          finish(() => props.onAccept(name.trim(), optionsOf(drafts)));
        } else {
          finish(() => props.onCancel(false));
        }
      }}
    >
      <input
        ref={input}
        className="cl-Input"
        data-testid="cellift-step-name"
        type="text"
        value={name}
        size={Math.max(12, name.length + 1)}
        spellCheck={false}
        placeholder={trans.__('Name of the step')}
        aria-label={trans.__('Name of the step')}
        aria-invalid={shownProblem !== null}
        onChange={event => setName(event.currentTarget.value)}
      />
      <button type="submit" className="cl-Button cl-mod-accept" data-testid="cellift-step-accept">
        {marked ? trans.__('Apply') : trans.__('Mark as step')}
      </button>
      {known.length > 0 && (
        <button
          type="button"
          className="cl-Button"
          data-testid="cellift-step-more"
          aria-expanded={unfolded}
          onClick={() => setUnfolded(!unfolded)}
        >
          {given > 0 ? trans.__('Options (%1)', given) : trans.__('Options')}
        </button>
      )}
      {marked && (
        <button
          type="button"
          className="cl-Button"
          data-testid="cellift-step-unmark"
          onClick={() => finish(props.onUnmark)}
        >
          {trans.__('Not a step')}
        </button>
      )}
      <span className="cl-StepForm-hint" role={shownProblem ? 'alert' : undefined}>
        {shownProblem ?? trans.__('Enter accepts, Esc cancels')}
      </span>
      {unfolded && (
        <StepOptionFields known={known} drafts={drafts} id={id} trans={trans} onChange={setDrafts} onAccept={accept} />
      )}
    </form>
  );
}
