import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { formatBytes } from '../../states/format';
import type { IOutput } from '../../tokens';

/** The values that a step gave: name, type, size, preview. */
export function Outputs(props: { outputs: IOutput[]; trans: TranslationBundle }): JSX.Element {
  const { outputs, trans } = props;
  return (
    <table className="cl-Table" data-testid="cellift-outputs">
      <thead>
        <tr>
          <th>{trans.__('Output')}</th>
          <th>{trans.__('Type')}</th>
          <th className="cl-mod-number">{trans.__('Size')}</th>
          <th>{trans.__('Value')}</th>
        </tr>
      </thead>
      <tbody>
        {outputs.map(output => (
          <tr key={output.name}>
            <td>
              <code>{output.name}</code>
            </td>
            <td className="cl-muted">{output.type}</td>
            <td className="cl-mod-number">{output.bytes === null ? '' : formatBytes(output.bytes)}</td>
            <td>
              <code className="cl-Table-preview" title={output.preview ?? undefined}>
                {output.preview}
              </code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
