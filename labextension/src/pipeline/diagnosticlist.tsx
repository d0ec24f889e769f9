import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IDiagnostic } from '../tokens';
import type { IPipeline } from './tokens';

/** Icon of each severity; it always stands beside a word or a message. */
const SYMBOLS: Record<IDiagnostic['severity'], string> = { error: '✕', warning: '▲', info: 'ⓘ' };

/** How many findings there are of one severity, as the strip and the summary say it. */
export function countWord(severity: IDiagnostic['severity'], count: number, trans: TranslationBundle): string {
  switch (severity) {
    case 'error':
      return trans._n('%1 error', '%1 errors', count);
    case 'warning':
      return trans._n('%1 warning', '%1 warnings', count);
    case 'info':
      return trans._n('%1 note', '%1 notes', count);
  }
}

/** `✕ 1 error  ▲ 2 warnings` of a list of findings. */
export function DiagnosticCounts(props: {
  diagnostics: readonly Pick<IDiagnostic, 'severity'>[];
  trans: TranslationBundle;
}): JSX.Element {
  const severities: IDiagnostic['severity'][] = ['error', 'warning', 'info'];
  return (
    <>
      {severities.map(severity => {
        const count = props.diagnostics.filter(diagnostic => diagnostic.severity === severity).length;
        return count === 0 ? null : (
          <span key={severity} className={`cl-mod-${severity}`}>
            <span aria-hidden="true">{SYMBOLS[severity]}</span> {countWord(severity, count, props.trans)}
          </span>
        );
      })}
    </>
  );
}

/** The line under the header: how many steps, how many findings. */
export function DiagnosticSummary(props: {
  steps: number;
  diagnostics: readonly IDiagnostic[];
  trans: TranslationBundle;
}): JSX.Element {
  return (
    <div className="cl-Pipeline-summary" data-testid="cellift-summary" role="status">
      <span>
        <span aria-hidden="true">⬢</span> {props.trans._n('%1 step', '%1 steps', props.steps)}
      </span>
      <DiagnosticCounts diagnostics={props.diagnostics} trans={props.trans} />
    </div>
  );
}

/** All findings; each leads to its cell and line. */
export function DiagnosticList(props: {
  pipeline: IPipeline;
  diagnostics: readonly IDiagnostic[];
  trans: TranslationBundle;
}): JSX.Element {
  const { pipeline, diagnostics, trans } = props;
  const numbers = Private.cellNumbers(pipeline);
  return (
    <ul className="cl-Diagnostics" data-testid="cellift-diagnostics" aria-label={trans.__('Findings')}>
      {diagnostics.map((diagnostic, index) => (
        <li key={`${diagnostic.code}-${diagnostic.cell}-${index}`}>
          <button
            className={`cl-Diagnostic cl-mod-${diagnostic.severity}`}
            data-code={diagnostic.code}
            data-severity={diagnostic.severity}
            disabled={diagnostic.cell === null}
            onClick={() => {
              if (diagnostic.cell !== null) {
                void pipeline.reveal(diagnostic.cell, diagnostic.line, diagnostic.column);
              }
            }}
          >
            <span className="cl-Diagnostic-symbol" aria-label={Private.severityWord(diagnostic.severity, trans)}>
              {SYMBOLS[diagnostic.severity]}
            </span>
            <span className="cl-Diagnostic-text">
              <span>{diagnostic.message}</span>
              {diagnostic.fix && <span className="cl-Diagnostic-fix">{diagnostic.fix}</span>}
              <span className="cl-Diagnostic-place">{Private.place(diagnostic, numbers, trans)}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

namespace Private {
  /** Position of each cell in the notebook, from 1, as messages count. */
  export function cellNumbers(pipeline: IPipeline): Map<string, number> {
    const cells = pipeline.panel.content.model?.sharedModel.cells ?? [];
    return new Map(cells.map((cell, index) => [cell.getId(), index + 1]));
  }

  export function severityWord(severity: IDiagnostic['severity'], trans: TranslationBundle): string {
    switch (severity) {
      case 'error':
        return trans.__('Error');
      case 'warning':
        return trans.__('Warning');
      case 'info':
        return trans.__('Note');
    }
  }

  export function place(diagnostic: IDiagnostic, numbers: Map<string, number>, trans: TranslationBundle): string {
    const number = diagnostic.cell === null ? undefined : numbers.get(diagnostic.cell);
    if (number === undefined) {
      return diagnostic.code;
    }
    return diagnostic.line === null
      ? trans.__('%1 · cell %2', diagnostic.code, number)
      : trans.__('%1 · cell %2, line %3', diagnostic.code, number, diagnostic.line);
  }
}
