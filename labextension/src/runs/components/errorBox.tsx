import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { parseLine, PLAIN } from '../ansi';
import { errorPlace, errorTitle } from '../errorText';
import type { IRunError } from '../../tokens';

/** Why a run or step failed: the exception's last line first, the place as a link, the traceback folded. */
export function ErrorBox(props: ErrorBox.IProps): JSX.Element {
  const { error, trans, path, openCell } = props;
  const { title, rest } = errorTitle(error);
  const place = errorPlace(error, trans);
  const cell = error.cell;
  return (
    <div className="cl-ErrorBox" role="group" aria-label={trans.__('Error')} data-testid="cellift-error">
      <div className="cl-ErrorBox-title">{title}</div>
      {rest && <pre className="cl-ErrorBox-rest">{rest}</pre>}
      <div className="cl-ErrorBox-place">
        {props.step && <span>{trans.__('Step %1', props.step)}</span>}
        {place &&
          (path && cell ? (
            <button
              type="button"
              className="cl-Link"
              title={trans.__('Go to this line in %1', path)}
              data-testid="cellift-error-place"
              onClick={() => openCell(path, cell, error.line)}
            >
              {place}
            </button>
          ) : (
            <span>{place}</span>
          ))}
        {error.code && <span className="cl-muted">{error.code}</span>}
      </div>
      {error.traceback && (
        <details className="cl-ErrorBox-traceback">
          <summary>{trans.__('Traceback')}</summary>
          <div className="jp-RenderedText">
            <pre>{colour(error.traceback)}</pre>
          </div>
        </details>
      )}
    </div>
  );
}

function colour(text: string): React.ReactNode[] {
  let style = PLAIN;
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line, number) => {
      const parsed = parseLine(line, style);
      style = parsed.style;
      return [
        ...(number ? ['\n'] : []),
        ...parsed.spans.map((span, index) =>
          span.classes ? (
            <span key={`${number}.${index}`} className={span.classes}>
              {span.text}
            </span>
          ) : (
            span.text
          )
        )
      ];
    });
}

/** Statics of ErrorBox. */
export namespace ErrorBox {
  export interface IProps {
    error: IRunError;
    trans: TranslationBundle;
    /** Contents path of the notebook; null when this server cannot open it. */
    path: string | null;
    /** Name of the step that failed, where that is not clear from around. */
    step?: string;
    openCell: (path: string, cell: string, line: number | null) => void;
  }
}
