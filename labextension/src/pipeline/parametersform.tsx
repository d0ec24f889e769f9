import { undoIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IParameter } from '../tokens';
import { parameterText } from './parameters';
import type { IPipeline } from './tokens';

/** The pipeline's parameters; what is typed here counts for the next run and does not change the notebook. */
export function ParametersForm(props: {
  pipeline: IPipeline;
  parameters: readonly IParameter[];
  trans: TranslationBundle;
}): JSX.Element {
  const { pipeline, parameters, trans } = props;
  return (
    <fieldset className="cl-Parameters" data-testid="cellift-parameters">
      <legend>{trans.__('Parameters of the next run')}</legend>
      {parameters.map(parameter => (
        <ParameterField key={parameter.name} pipeline={pipeline} parameter={parameter} trans={trans} />
      ))}
    </fieldset>
  );
}

/** One parameter: its name, a field for its type, and the way back to the default. */
function ParameterField(props: { pipeline: IPipeline; parameter: IParameter; trans: TranslationBundle }): JSX.Element {
  const { pipeline, parameter, trans } = props;
  const { name, type } = parameter;
  const byDefault = parameterText(parameter, parameter.default);
  const own = pipeline.overrides[name];
  // The draft keeps what is being typed: a text that equals the default is no value of its own for the model.
  const [draft, setDraft] = React.useState(own ?? byDefault);
  const [editing, setEditing] = React.useState(false);
  const shown = editing ? draft : (own ?? byDefault);
  const problem = pipeline.parameterProblem(parameter);
  const id = `cellift-parameter-${pipeline.panel.id}-${name}`;
  const set = (text: string) => {
    setDraft(text);
    pipeline.setOverride(name, text);
  };
  return (
    <div
      className="cl-Parameter"
      data-parameter={name}
      data-state={problem ? 'invalid' : own === undefined ? 'default' : 'set'}
    >
      <label htmlFor={id} title={Private.title(parameter, byDefault, trans)}>
        {name}
      </label>
      {parameter.choices.length > 0 ? (
        <select
          id={id}
          className="cl-Input"
          value={shown}
          disabled={parameter.fixed}
          onChange={event => set(event.currentTarget.value)}
        >
          {Private.choices(parameter).map(choice => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : type === 'bool' && !parameter.optional ? (
        <input
          id={id}
          type="checkbox"
          disabled={parameter.fixed}
          checked={shown === 'true'}
          onChange={event => set(event.currentTarget.checked ? 'true' : 'false')}
        />
      ) : (
        <input
          id={id}
          className="cl-Input"
          type="text"
          disabled={parameter.fixed}
          inputMode={type === 'int' || type === 'float' ? 'decimal' : 'text'}
          spellCheck={false}
          value={shown}
          aria-invalid={problem !== null}
          aria-describedby={problem ? `${id}-problem` : undefined}
          onFocus={() => {
            setDraft(own ?? byDefault);
            setEditing(true);
          }}
          onBlur={() => setEditing(false)}
          onChange={event => set(event.currentTarget.value)}
        />
      )}
      <button
        className="cl-IconButton"
        disabled={own === undefined}
        aria-label={trans.__('Reset %1 to its default', name)}
        title={trans.__('Reset to %1', byDefault)}
        onClick={() => {
          setDraft(byDefault);
          pipeline.setOverride(name, null);
        }}
      >
        <undoIcon.react tag="span" />
      </button>
      {problem && (
        <span className="cl-Parameter-problem" id={`${id}-problem`} role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}

namespace Private {
  /** The texts of the choices, null and the default among them. */
  export function choices(parameter: IParameter): string[] {
    const values = [...parameter.choices, ...(parameter.optional ? [null] : []), parameter.default];
    return [...new Set(values.map(value => parameterText(parameter, value)))];
  }

  /** What the parameter takes, or why it cannot be set. */
  export function title(parameter: IParameter, byDefault: string, trans: TranslationBundle): string {
    return parameter.fixed
      ? trans.__(
          '%1 cannot be set: a line of the parameters cell uses its default. Move that line to a cell below.',
          parameter.name
        )
      : trans.__('%1 takes %2; default %3', parameter.name, parameter.accepts, byDefault);
  }
}
