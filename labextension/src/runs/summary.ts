import { isActive } from '../states/states';
import type { IRun, IRunSummary } from '../tokens';

/**
 * The row of a run for the tables, from the whole run.
 *
 * @param run - the whole run
 * @param before - its row so far; keeps what the answer does not hold
 */
export function summarise(run: IRun, before?: IRunSummary): IRunSummary {
  const total = run.tasks.length;
  return {
    id: run.id,
    kind: run.kind,
    name: run.name,
    state: run.state,
    reason: run.reason,
    created: run.created,
    started: run.started,
    finished: run.finished,
    source: run.source,
    error: run.error,
    // Which of its metrics tells most, the server says.
    metric: run.metric ?? before?.metric ?? null,
    progress: run.progress ?? { done: run.tasks.filter(task => !isActive(task.state)).length, total },
    bytes: run.bytes ?? before?.bytes ?? null
  };
}
