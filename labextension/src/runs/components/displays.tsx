import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IDisplay, ITask } from '../../tokens';

/** Largest height of a shown HTML value before it scrolls, in pixels. */
const MAX_HEIGHT = 480;

/** Plots and rich values that a step showed. */
export function Displays(props: Displays.IProps): JSX.Element {
  const { task, fileUrl, fileText, trans } = props;
  return (
    <div className="cl-Displays">
      {(task.display ?? []).map(item => {
        const name = item.file.split('/').pop() ?? item.file;
        const label = trans.__('Shown by step %1: %2', task.name, name);
        return item.mime.startsWith('image/') ? (
          <img
            key={item.file}
            className="cl-Displays-image"
            src={fileUrl(task.id, name)}
            alt={label}
            loading="lazy"
            data-testid="cellift-display"
          />
        ) : (
          <TextDisplay key={item.file} item={item} label={label} load={() => fileText(task.id, name)} />
        );
      })}
    </div>
  );
}

/** HTML in a frame that runs no script, other text as it is. */
function TextDisplay(props: { item: IDisplay; label: string; load: () => Promise<string> }): JSX.Element {
  const { item, label } = props;
  const [text, setText] = React.useState<string | null>(null);
  const [error, setError] = React.useState<string | null>(null);
  const [height, setHeight] = React.useState(120);
  const load = React.useRef(props.load);
  React.useEffect(() => {
    let current = true;
    load.current().then(
      value => current && setText(value),
      reason => current && setError(reason instanceof Error ? reason.message : String(reason))
    );
    return () => {
      current = false;
    };
  }, []);
  if (error !== null) {
    return <p className="cl-muted">{error}</p>;
  }
  if (item.mime !== 'text/html') {
    return <pre className="cl-Displays-text">{text ?? ''}</pre>;
  }
  return (
    <iframe
      className="cl-Displays-frame"
      // Same origin, so that its height can be read; without allow-scripts nothing in it can run.
      sandbox="allow-same-origin"
      srcDoc={text === null ? '' : themed(text)}
      title={label}
      style={{ height }}
      data-testid="cellift-display"
      onLoad={event => {
        const body = event.currentTarget.contentDocument?.documentElement;
        if (body && text !== null) {
          setHeight(Math.min(MAX_HEIGHT, body.scrollHeight + 2));
        }
      }}
    />
  );
}

/** The HTML with the theme's text colours: the frame does not see the page's style sheets. */
function themed(html: string): string {
  const value = (name: string) => getComputedStyle(document.body).getPropertyValue(name);
  return `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><style>
    html { color-scheme: ${document.body.dataset.jpThemeLight === 'false' ? 'dark' : 'light'}; }
    body { margin: 0; color: ${value('--jp-content-font-color1')}; font: ${value('--jp-content-font-size1')}/1.4 ${value('--jp-content-font-family')}; }
    table { border-collapse: collapse; border: none; font-size: 12px; font-variant-numeric: tabular-nums; }
    th, td { border: none; padding: 4px 8px; text-align: right; white-space: nowrap; }
    thead { border-bottom: 1px solid ${value('--jp-border-color1')}; }
    tbody tr:nth-child(odd) { background: ${value('--jp-rendermime-table-row-background')}; }
  </style>${html}`;
}

/** Statics of Displays. */
export namespace Displays {
  export interface IProps {
    task: ITask;
    fileUrl: (task: string, file: string) => string;
    fileText: (task: string, file: string) => Promise<string>;
    trans: TranslationBundle;
  }
}
