import { ServerConnection } from '@jupyterlab/services';

/** The sentence of an error. */
export function wordsOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** The HTTP status that the server said no with; null when it said nothing. */
export function statusOf(reason: unknown): number | null {
  return reason instanceof ServerConnection.ResponseError ? reason.response.status : null;
}
