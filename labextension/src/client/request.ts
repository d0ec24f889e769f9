import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { IDiagnostic, IRefusal } from '../tokens';

/** URL space of the server extension, below the server's base URL. */
const NAMESPACE = 'cellift/api';

/** Said when there is no answer at all. */
const UNREACHABLE = 'The Jupyter server cannot be reached. Check that it is running, then try again.';

/** What the server said no with: its message, the HTTP status, and diagnostics when the input was refused. */
export class ResponseError extends ServerConnection.ResponseError implements IRefusal {
  constructor(response: Response, message: string, diagnostics: IDiagnostic[] = []) {
    super(response, message);
    this.name = 'ResponseError';
    this.diagnostics = diagnostics;
  }

  readonly diagnostics: IDiagnostic[];
}

/**
 * Calls an endpoint of the server extension.
 *
 * @param path - path below `cellift/api`, its parts already encoded
 * @param init - as of `fetch`
 * @param serverSettings - the server to ask
 * @returns the JSON body, or undefined for an empty answer
 * @throws ServerConnection.NetworkError when the server cannot be reached, ResponseError when it refuses.
 */
export async function requestAPI<T>(
  path: string,
  init: RequestInit,
  serverSettings: ServerConnection.ISettings
): Promise<T> {
  const url = endpointUrl(path, serverSettings);
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, init, serverSettings);
  } catch {
    // What the browser says of it ("Failed to fetch") helps nobody.
    throw new ServerConnection.NetworkError(new TypeError(UNREACHABLE));
  }
  const text = await response.text();
  let data: unknown = undefined;
  try {
    data = text ? JSON.parse(text) : undefined;
  } catch {
    // Not JSON: an error page of a proxy, or of a server without the extension.
  }
  if (!response.ok) {
    const body = (data ?? {}) as { message?: string; diagnostics?: IDiagnostic[] };
    const message =
      body.message ||
      (response.status === 404
        ? 'The Jupyter server does not have the Cellift extension.'
        : `${response.status} ${response.statusText}`);
    throw new ResponseError(response, message, body.diagnostics);
  }
  return data as T;
}

/** The full URL of an endpoint, also below a Hub's prefix. */
export function endpointUrl(path: string, serverSettings: ServerConnection.ISettings): string {
  return URLExt.join(serverSettings.baseUrl, NAMESPACE, path);
}
