import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import { CommandIDs } from './commandids';
import { DiagnosticList, DiagnosticSummary } from './diagnosticlist';
import { EmptyState } from './emptystate';
import { GraphView } from './graphview';
import { ImportNotice } from './importnotice';
import { ParametersForm } from './parametersform';
import { RunControl } from './runcontrol';
import { formatDuration } from '../states/format';
import { StateMark } from '../states/stateMark';
import type { IRun } from '../tokens';
import type { IPipeline, IPipelines } from './tokens';

/** Code of the finding that no cell is marked as a step. */
const NO_STEPS = 'CL101';

/** The section of the sidebar about the notebook in front: its steps, what is wrong with them, and its run. */
export class PipelineSection extends ReactWidget {
  constructor(options: PipelineSection.IOptions) {
    super();
    this._options = options;
    this.addClass('cl-PipelineSection');
    this.node.dataset.testid = 'cellift-pipeline';
  }

  protected override render(): JSX.Element {
    const { pipelines } = this._options;
    return (
      <UseSignal signal={pipelines.currentChanged}>
        {() => {
          // Read when it is drawn: the notebook may have come to the front between two drawings.
          const pipeline = pipelines.current;
          return pipeline ? (
            <UseSignal signal={pipeline.changed} key={pipeline.panel.id}>
              {() => <PipelineContent {...this._options} pipeline={pipeline} />}
            </UseSignal>
          ) : (
            <EmptyState kind="no-notebook" commands={this._options.commands} trans={this._options.trans} />
          );
        }}
      </UseSignal>
    );
  }

  private _options: PipelineSection.IOptions;
}

/** A namespace for PipelineSection statics. */
export namespace PipelineSection {
  /** Options of the section. */
  export interface IOptions {
    pipelines: IPipelines;
    commands: CommandRegistry;
    trans: TranslationBundle;
  }
}

/** The section's content for one notebook. */
function PipelineContent(props: PipelineSection.IOptions & { pipeline: IPipeline }): JSX.Element {
  const { pipeline, commands, trans } = props;
  const { graph, status } = pipeline;
  const name = pipeline.panel.title.label;
  const parameters = graph?.parameters ?? [];
  const empty = pipeline.steps.length === 0;
  // That there is no step yet is where one begins, not something that went wrong.
  const diagnostics = pipeline.diagnostics.filter(diagnostic => !empty || diagnostic.code !== NO_STEPS);
  let body: JSX.Element;
  if (status === 'foreign') {
    body = <EmptyState kind="not-python" commands={commands} trans={trans} />;
  } else if (status === 'unreachable' && !graph) {
    body = <EmptyState kind="unreachable" problem={pipeline.problem} commands={commands} trans={trans} />;
  } else if (empty && status === 'waiting') {
    body = <div className="cl-Pipeline-waiting" aria-busy="true" />;
  } else {
    body = (
      <>
        {status === 'unreachable' && (
          <p className="cl-Pipeline-problem" role="alert">
            {pipeline.problem}{' '}
            <button className="cl-Link" onClick={() => void commands.execute(CommandIDs.refresh)}>
              {trans.__('Try again')}
            </button>
          </p>
        )}
        <ImportNotice pipeline={pipeline} commands={commands} trans={trans} />
        {(!empty || diagnostics.length > 0) && (
          <DiagnosticSummary steps={pipeline.steps.length} diagnostics={diagnostics} trans={trans} />
        )}
        {pipeline.run ? (
          <LastRun run={pipeline.run} commands={commands} trans={trans} />
        ) : (
          // The line is there before the first run, so that the drawing does not move when it starts.
          !empty && <p className="cl-Pipeline-notRun">{trans.__('No run of this notebook yet')}</p>
        )}
        {diagnostics.length > 0 && <DiagnosticList pipeline={pipeline} diagnostics={diagnostics} trans={trans} />}
        {empty && pipeline.convertible ? null : empty ? (
          <EmptyState kind="no-steps" commands={commands} trans={trans} />
        ) : (
          <GraphView pipeline={pipeline} trans={trans} />
        )}
        {!empty && parameters.length > 0 && (
          <ParametersForm pipeline={pipeline} parameters={parameters} trans={trans} />
        )}
      </>
    );
  }
  return (
    <div className="cl-Pipeline" data-state={status}>
      <div className="cl-Pipeline-header">
        <span className="cl-Pipeline-name" title={pipeline.panel.context.localPath}>
          {name}
        </span>
        {status !== 'foreign' && <RunControl pipeline={pipeline} commands={commands} trans={trans} />}
      </div>
      {body}
    </div>
  );
}

/** How the latest run of the notebook stands, in one line; leads to the run. */
function LastRun(props: { run: IRun; commands: CommandRegistry; trans: TranslationBundle }): JSX.Element {
  const { run, commands, trans } = props;
  const time = run.finished ? formatDuration(run.started ?? run.created, run.finished) : '';
  const text = [time, run.reason].filter(part => part).join(' · ');
  return (
    <button
      className="cl-Pipeline-run"
      data-testid="cellift-pipeline-state"
      data-state={run.state}
      title={run.reason ?? trans.__('Show the run')}
      disabled={!commands.hasCommand(CommandIDs.openRun)}
      onClick={() => void commands.execute(CommandIDs.openRun, { id: run.id })}
    >
      <StateMark state={run.state} trans={trans} />
      <span className="cl-Pipeline-runText">{text}</span>
    </button>
  );
}
