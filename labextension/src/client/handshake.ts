import { Notification } from '@jupyterlab/apputils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ICellift } from '../tokens';
import { VERSION } from '../version';

/** The command that enables the server extension. */
const ENABLE = 'jupyter server extension enable cellift';

/**
 * Asks the server for its version once, and says what to do when it does not answer or is another version.
 *
 * @returns whether the server extension answered
 */
export async function handshake(client: ICellift, trans: TranslationBundle): Promise<boolean> {
  let version: string;
  try {
    ({ version } = await client.status());
  } catch (reason) {
    if (reason instanceof ServerConnection.ResponseError && reason.response.status === 404) {
      Notification.error(
        trans.__(
          'The Jupyter server does not have the Cellift extension, so pipelines cannot run. Enable it and restart the server.'
        ),
        {
          autoClose: false,
          actions: [
            {
              label: trans.__('Copy command'),
              caption: ENABLE,
              callback: event => {
                event.preventDefault();
                void navigator.clipboard?.writeText(ENABLE);
              }
            }
          ]
        }
      );
    }
    // Anything else (no network, a server that is starting) shows where it matters: in the sections.
    return false;
  }
  if (version !== VERSION) {
    Notification.warning(
      trans.__(
        'Cellift is %1 in this page and %2 on the server. Restart the server if it is the older one, then reload the page.',
        VERSION,
        version
      ),
      { autoClose: false, actions: [{ label: trans.__('Reload page'), callback: () => window.location.reload() }] }
    );
  }
  return true;
}
