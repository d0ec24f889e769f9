import type { IPlace, ITransfer } from '../data/api';
import type { DataClient } from '../data/client';
import { refuse } from './refusals';

/** How often the server is asked, in milliseconds. */
const INTERVAL = 250;

/**
 * Copies, moves or removes, and waits until all is done; it is then taken from the list of transfers.
 *
 * @throws ResponseError with status 409 when something is at the destination already, else with what went wrong.
 */
export async function carryOut(
  client: DataClient,
  request: { kind: 'copy' | 'move' | 'delete'; sources: IPlace[]; to?: IPlace },
  interval: number = INTERVAL
): Promise<void> {
  if (request.to) {
    const { existing } = await client.plan(request);
    if (existing.length) {
      throw refuse(409, `${existing[0]} is there already.`);
    }
  }
  let transfer: ITransfer = await client.startTransfer(request);
  while (transfer.state === 'running') {
    await new Promise(resolve => setTimeout(resolve, interval));
    transfer = await client.transfer(transfer.id);
  }
  const [failure] = transfer.failures;
  if (transfer.state !== 'done' || failure) {
    // It stays in the section "Data", which shows all that failed.
    const what = failure && `${failure.what}: ${failure.reason}`;
    throw refuse(500, transfer.error ?? what ?? `“${transfer.title}” was cancelled.`);
  }
  await client.endTransfer(transfer.id).catch(() => undefined);
}
