import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, runIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { JSONExt } from '@lumino/coreutils';
import * as React from 'react';
import { CommandIDs } from '../pipeline/commandids';
import { DiagnosticCounts } from '../pipeline/diagnosticlist';
import { stepIcon } from '../pipeline/icons';
import { formatDuration } from '../states/format';
import { StateMark } from '../states/stateMark';
import type { IStepOption, StepOptions } from '../tokens';
import { StepForm } from './stepform';
import type { IStripState } from './stripstate';

/** The thin strip above a cell: what the cell is in the pipeline, and how its last run went. */
export class CellStrip extends ReactWidget {
  constructor(options: CellStrip.IOptions) {
    super();
    this._options = options;
    this.addClass('cl-CellStrip');
    this.node.dataset.testid = 'cellift-strip';
    // Keys typed into the form are not the notebook's.
    this.node.dataset.lmSuppressShortcuts = 'true';
    this.hide();
  }

  /** What is shown; null shows nothing. */
  get state(): IStripState | null {
    return this._state;
  }
  set state(state: IStripState | null) {
    if (
      !JSONExt.deepEqual(
        state as unknown as ReadonlyPartialJSONObject,
        this._state as unknown as ReadonlyPartialJSONObject
      )
    ) {
      this._state = state;
      this._refresh();
    }
  }

  /** Opens the form for the step's name. */
  edit(suggestion: string): void {
    this._suggestion = suggestion;
    this._refresh();
  }

  /** Whether the form is open. */
  get editing(): boolean {
    return this._suggestion !== null;
  }

  protected override render(): JSX.Element | null {
    const { trans } = this._options;
    if (this._suggestion !== null) {
      return (
        <StepForm
          suggestion={this._suggestion}
          marked={this._state?.kind === 'step'}
          trans={trans}
          options={this._options.stepOptions()}
          known={this._options.knownOptions()}
          problem={this._options.problem}
          onAccept={(name, options) => this._close(() => this._options.accept(name, options))}
          onUnmark={() => this._close(() => this._run(CommandIDs.unmarkStep))}
          onCancel={refocus => this._close(() => undefined, refocus)}
        />
      );
    }
    if (this._state === null) {
      return null;
    }
    return this._state.kind === 'step' ? (
      <StepLine
        state={this._state}
        trans={trans}
        caption={this._options.commands.caption(CommandIDs.runToStep, { step: this._state.step })}
        onRename={() => this._run(CommandIDs.renameStep)}
        onRun={() => this._run(CommandIDs.runToStep, { step: this._state?.step ?? null })}
        onOpen={() => this._open()}
      />
    ) : (
      <QuietLine state={this._state} trans={trans} />
    );
  }

  private _close(then: () => void, refocus = true): void {
    this._suggestion = null;
    this._refresh();
    then();
    if (refocus) {
      this._options.refocus();
    }
  }

  private _refresh(): void {
    const editing = this._suggestion !== null;
    this.setHidden(this._state === null && !editing);
    this.node.dataset.kind = editing ? 'form' : (this._state?.kind ?? '');
    this.node.dataset.state = this._state?.task?.state ?? '';
    this.node.dataset.step = this._state?.name ?? '';
    this.update();
  }

  private _open(): void {
    const { commands } = this._options;
    if (this._state?.run && commands.hasCommand(CommandIDs.openRun)) {
      void commands.execute(CommandIDs.openRun, { id: this._state.run });
    }
  }

  private _run(command: string, args: ReadonlyPartialJSONObject = {}): void {
    void this._options.commands.execute(command, { ...this._options.args, ...args });
  }

  private _options: CellStrip.IOptions;
  private _state: IStripState | null = null;
  private _suggestion: string | null = null;
}

/** A namespace for CellStrip statics. */
export namespace CellStrip {
  /** Options of a strip. */
  export interface IOptions {
    commands: CommandRegistry;
    /** Says to the commands which notebook and cell are meant. */
    args: ReadonlyPartialJSONObject;
    trans: TranslationBundle;
    /** What is wrong with a name for the step, or null. */
    problem: (name: string) => string | null;
    accept: (name: string, options: StepOptions) => void;
    /** Options that the cell's step has. */
    stepOptions: () => StepOptions;
    /** Options that a step can have. */
    knownOptions: () => readonly IStepOption[];
    /** Gives the focus back to the notebook. */
    refocus: () => void;
  }
}

/** A step's strip: name, what goes in and out, findings, last run, and the button that runs to here. */
function StepLine(props: {
  state: IStripState;
  trans: TranslationBundle;
  caption: string;
  onRename: () => void;
  onRun: () => void;
  onOpen: () => void;
}): JSX.Element {
  const { state, trans } = props;
  return (
    <>
      <button
        className="cl-CellStrip-name"
        data-testid="cellift-strip-name"
        title={state.name ? trans.__('%1: name and options', state.name) : trans.__('Name and options of the step')}
        onClick={props.onRename}
      >
        <stepIcon.react tag="span" className="cl-CellStrip-icon" />
        <span className="cl-CellStrip-nameText">{state.name ?? trans.__('no name yet')}</span>
      </button>
      <span className="cl-CellStrip-flow">
        <NameList label={trans.__('in:')} names={state.inputs} />
        <NameList label={trans.__('out:')} names={state.outputs} />
      </span>
      <Findings state={state} trans={trans} />
      {state.edited && (
        <span
          className="cl-CellStrip-dot"
          role="img"
          aria-label={trans.__('Changed since the last run')}
          title={trans.__('Changed since the last run')}
        >
          ●
        </span>
      )}
      {state.task && <LastRun task={state.task} trans={trans} onOpen={props.onOpen} />}
      <button
        className="cl-IconButton"
        data-testid="cellift-strip-run"
        disabled={!state.runnable || state.step === null}
        title={props.caption}
        aria-label={trans.__('Run to step %1', state.name ?? '')}
        onClick={props.onRun}
      >
        <runIcon.react tag="span" />
      </button>
    </>
  );
}

/** The state and time of the step in the latest run. */
function LastRun(props: {
  task: NonNullable<IStripState['task']>;
  trans: TranslationBundle;
  onOpen: () => void;
}): JSX.Element {
  const { task, trans } = props;
  const time = task.finished ? formatDuration(task.started, task.finished) : '';
  const mark = <StateMark state={task.state} trans={trans} iconOnly={task.state === 'SUCCEEDED' && time !== ''} />;
  const why = task.error?.message ?? task.reason ?? undefined;
  return (
    <button className="cl-CellStrip-run" title={why ?? trans.__('Show the run')} onClick={props.onOpen}>
      {mark} {time}
    </button>
  );
}

/** The strip of a cell that is no step. */
function QuietLine(props: { state: IStripState; trans: TranslationBundle }): JSX.Element {
  const { state, trans } = props;
  const words: Record<string, [string, string]> = {
    setup: [trans.__('setup'), trans.__('Copied or replayed for the steps that need it')],
    parameters: [trans.__('parameters'), trans.__('Values that a run can be given')],
    skip: [trans.__('left out'), trans.__('This cell is not part of the pipeline')]
  };
  const [word, title] = words[state.kind];
  return (
    <>
      <span className="cl-CellStrip-quiet" title={title}>
        {word}
      </span>
      <span className="cl-CellStrip-flow" />
      <Findings state={state} trans={trans} />
    </>
  );
}

/** How many findings there are about the cell. */
function Findings(props: { state: IStripState; trans: TranslationBundle }): JSX.Element | null {
  const { diagnostics } = props.state;
  return diagnostics.length === 0 ? null : (
    <span
      className="cl-CellStrip-findings"
      data-testid="cellift-strip-findings"
      title={diagnostics.map(diagnostic => diagnostic.message).join('\n')}
    >
      <DiagnosticCounts diagnostics={diagnostics} trans={props.trans} />
    </span>
  );
}

/** `in: X_train, y_train`; cut where there is no room, whole in the title. */
function NameList(props: { label: string; names: string[] }): JSX.Element | null {
  const text = props.names.join(', ');
  return props.names.length === 0 ? null : (
    <span className="cl-CellStrip-names" title={`${props.label} ${text}`}>
      <span className="cl-CellStrip-label">{props.label}</span> {text}
    </span>
  );
}
