import type { ISharedCell } from '@jupyter/ydoc';
import type { IDiagnostic, ITask } from '../tokens';
import type { IPipeline } from '../pipeline/tokens';
import { hasSteps, readMark } from './marks';

/** What the strip above a cell shows. */
export interface IStripState {
  kind: 'step' | 'setup' | 'parameters' | 'skip';
  /** Id of the step, once the notebook has been analysed. */
  step: string | null;
  name: string | null;
  inputs: string[];
  outputs: string[];
  task: Pick<ITask, 'id' | 'state' | 'started' | 'finished' | 'reason' | 'error'> | null;
  /** The run the task belongs to. */
  run: string | null;
  /** A cell of the step was edited since that run. */
  edited: boolean;
  /** Findings about the cells that the strip stands for. */
  diagnostics: Pick<IDiagnostic, 'severity' | 'message'>[];
  /** Whether a run to this step can be started now. */
  runnable: boolean;
}

/**
 * What the strip above a cell shows; null where there is none.
 *
 * Marks are read from the cell itself, so that a new one shows at once; the rest is as of the last analysis.
 */
export function stripState(pipeline: IPipeline, cell: ISharedCell, cells: readonly ISharedCell[]): IStripState | null {
  const mark = readMark(cell);
  const graph = pipeline.graph;
  const id = cell.getId();
  const state: IStripState = {
    kind: 'setup',
    step: null,
    name: null,
    inputs: [],
    outputs: [],
    task: null,
    run: null,
    edited: false,
    diagnostics: Private.diagnosticsOf(pipeline, [id]),
    runnable: false
  };
  if (mark.kind === 'step') {
    const step = graph?.steps.find(other => other.role === 'step' && other.cells[0] === id) ?? null;
    const name = mark.step || null;
    if (!step) {
      return { ...state, kind: 'step', name };
    }
    const task = pipeline.task(step.id);
    return {
      ...state,
      kind: 'step',
      step: step.id,
      name,
      inputs: [...Object.keys(step.inputs), ...step.params],
      outputs: step.outputs,
      task: task && {
        id: task.id,
        state: task.state,
        started: task.started,
        finished: task.finished,
        reason: task.reason,
        error: task.error
      },
      run: pipeline.run?.id ?? null,
      edited: task !== null && pipeline.edited(step.id) === true,
      diagnostics: Private.diagnosticsOf(pipeline, step.cells),
      runnable: !pipeline.active && !pipeline.busy
    };
  }
  if (mark.kind === 'parameters' || mark.kind === 'skip') {
    return hasSteps(cells) ? { ...state, kind: mark.kind } : null;
  }
  const role = graph?.cells.find(other => other.cell === id)?.role;
  return role === 'setup' && cell.cell_type === 'code' && hasSteps(cells) ? state : null;
}

namespace Private {
  export function diagnosticsOf(pipeline: IPipeline, cells: readonly string[]): IStripState['diagnostics'] {
    return pipeline.diagnostics
      .filter(diagnostic => diagnostic.cell !== null && cells.includes(diagnostic.cell))
      .map(({ severity, message }) => ({ severity, message }));
  }
}
