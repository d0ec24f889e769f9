import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IStepOption, StepOptions } from '../tokens';

/** The options of a step as they are being typed: option -> one value a line. */
export type OptionDrafts = Record<string, string>;

/** What the fields show of the options that a step has. */
export function draftsOf(options: StepOptions): OptionDrafts {
  return Object.fromEntries(Object.entries(options).map(([name, values]) => [name, values.join('\n')]));
}

/** The options that were typed; one without a value is none. */
export function optionsOf(drafts: OptionDrafts): StepOptions {
  const lines = Object.entries(drafts).map(([name, text]): [string, string[]] => [
    name,
    text
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '')
  ]);
  return Object.fromEntries(lines.filter(([, values]) => values.length > 0));
}

/** The fields for a step's options: each with what it does, and a value a line. */
export function StepOptionFields(props: {
  /** The options there are. */
  known: readonly IStepOption[];
  drafts: OptionDrafts;
  /** Makes the ids of the fields differ from those of other forms. */
  id: string;
  trans: TranslationBundle;
  onChange: (drafts: OptionDrafts) => void;
  onAccept: () => void;
}): JSX.Element {
  const { known, drafts, trans } = props;
  return (
    <fieldset className="cl-StepOptions" data-testid="cellift-step-options">
      <legend className="cl-StepOptions-legend">{trans.__('One value a line. Ctrl+Enter accepts.')}</legend>
      {known.map(({ name, value, help }) => {
        const id = `${props.id}-${name}`;
        const text = drafts[name] ?? '';
        return (
          <div key={name} className="cl-StepOptions-row" data-option={name}>
            <label htmlFor={id}>{name.replace(/_/g, ' ')}</label>
            <textarea
              id={id}
              className="cl-Input"
              rows={Math.min(6, text.split('\n').length)}
              spellCheck={false}
              placeholder={value}
              value={text}
              aria-describedby={`${id}-help`}
              onChange={event => props.onChange({ ...drafts, [name]: event.currentTarget.value })}
              onKeyDown={event => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                  event.preventDefault();
                  props.onAccept();
                }
              }}
            />
            <span className="cl-StepOptions-help" id={`${id}-help`}>
              {help}
            </span>
          </div>
        );
      })}
    </fieldset>
  );
}
