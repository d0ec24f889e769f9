import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import type { IImportItem } from '../tokens';
import { CommandIDs } from './commandids';
import type { IPipeline } from './tokens';

const KINDS: IImportItem['kind'][] = ['taken', 'honoured', 'impossible', 'note'];

/** Offers to convert a notebook that is marked for Kale; then says what became of each of its marks. */
export function ImportNotice(props: {
  pipeline: IPipeline;
  commands: CommandRegistry;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { pipeline, commands, trans } = props;
  const report = pipeline.importReport;
  if (report) {
    return (
      <section className="cl-Import" data-testid="cellift-import-report" aria-label={trans.__('Converted from Kale')}>
        <div className="cl-Import-head">
          <strong>{trans.__('Converted from Kale')}</strong>
          <span className="cl-spacer" />
          <button
            className="cl-IconButton"
            aria-label={trans.__('Close the report')}
            title={trans.__('Close the report')}
            onClick={() => pipeline.dismissImportReport()}
          >
            ✕
          </button>
        </div>
        {KINDS.map(kind => {
          const items = report.filter(item => item.kind === kind);
          return items.length === 0 ? null : (
            <details key={kind} data-kind={kind} open={kind === 'impossible'}>
              <summary>{Private.title(kind, items.length, trans)}</summary>
              <ul>
                {items.map((item, index) => (
                  <li key={index}>
                    {item.id ? (
                      <button className="cl-Link" onClick={() => void pipeline.reveal(item.id as string)}>
                        {trans.__('cell %1', item.cell)}
                      </button>
                    ) : null}{' '}
                    {item.what.replace(/`/g, '')}: {item.text.replace(/`/g, '')}
                  </li>
                ))}
              </ul>
            </details>
          );
        })}
      </section>
    );
  }
  if (!pipeline.convertible) {
    return null;
  }
  return (
    <div className="cl-Import" data-testid="cellift-import">
      <p>
        {trans.__(
          'This notebook is marked for Kale. Converting adds the marks of Cellift; tags, code and outputs stay as they are.'
        )}
      </p>
      <button
        className="cl-Button cl-mod-accept"
        data-testid="cellift-convert"
        disabled={pipeline.busy}
        onClick={() => void commands.execute(CommandIDs.convertKale, { notebook: pipeline.panel.id })}
      >
        {trans.__('Convert')}
      </button>
    </div>
  );
}

namespace Private {
  export function title(kind: IImportItem['kind'], count: number, trans: TranslationBundle): string {
    switch (kind) {
      case 'taken':
        return trans._n('%1 mark taken over', '%1 marks taken over', count);
      case 'honoured':
        return trans._n(
          '%1 that Kale ignores or refuses, honoured here',
          '%1 that Kale ignores or refuses, honoured here',
          count
        );
      case 'impossible':
        return trans._n('%1 not possible here', '%1 not possible here', count);
      case 'note':
        return trans._n('%1 note', '%1 notes', count);
    }
  }
}
