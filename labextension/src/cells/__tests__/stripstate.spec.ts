import { NotebookModel } from '@jupyterlab/notebook';
import type { IPipeline } from '../../pipeline/tokens';
import type { IDiagnostic, IGraph } from '../../tokens';
import { stripState } from '../stripstate';

const CELLS = [
  { id: 'imports', metadata: {} },
  { id: 'params', metadata: { tags: ['parameters'] } },
  { id: 'fit', metadata: { cellift: { step: 'fit' } } },
  { id: 'more', metadata: {} },
  { id: 'play', metadata: { cellift: { skip: true } } }
];

const GRAPH = {
  steps: [
    {
      id: 'fit',
      name: 'fit',
      role: 'step',
      cells: ['fit', 'more'],
      inputs: { X: 'load' },
      params: ['k'],
      outputs: ['model'],
      options: {}
    }
  ],
  cells: [
    { cell: 'imports', number: 1, role: 'setup', step: null },
    { cell: 'params', number: 2, role: 'parameters', step: null },
    { cell: 'fit', number: 3, role: 'step', step: 'fit' },
    { cell: 'more', number: 4, role: 'step', step: 'fit' },
    { cell: 'play', number: 5, role: 'skip', step: null }
  ]
} as unknown as IGraph;

function notebook(cells = CELLS) {
  const model = new NotebookModel();
  model.fromJSON({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map(cell => ({ ...cell, cell_type: 'code', source: 'x', outputs: [], execution_count: null }))
  } as never);
  return model.sharedModel.cells;
}

function pipelineOf(parts: Partial<IPipeline> = {}): IPipeline {
  return {
    graph: GRAPH,
    diagnostics: [],
    run: null,
    active: false,
    busy: false,
    task: () => null,
    edited: () => null,
    ...parts
  } as unknown as IPipeline;
}

const stateOf = (id: string, pipeline = pipelineOf(), cells = notebook()) =>
  stripState(
    pipeline,
    cells.find(cell => cell.getId() === id)!,
    cells
  );

describe('the strip above a cell', () => {
  it('says what goes in and out of a step', () => {
    expect(stateOf('fit')).toMatchObject({
      kind: 'step',
      name: 'fit',
      inputs: ['X', 'k'],
      outputs: ['model'],
      runnable: true
    });
  });

  it.each([
    ['imports', 'setup'],
    ['params', 'parameters'],
    ['play', 'skip']
  ])('is quiet on %s', (id, kind) => {
    expect(stateOf(id)?.kind).toBe(kind);
  });

  it('stands once above a step of several cells', () => {
    expect(stateOf('more')).toBeNull();
  });

  it('is not there in a notebook without steps', () => {
    const cells = notebook(CELLS.filter(cell => cell.id !== 'fit'));
    expect(stateOf('imports', pipelineOf(), cells)).toBeNull();
    expect(stateOf('params', pipelineOf(), cells)).toBeNull();
  });

  it('shows a mark before the notebook has been analysed', () => {
    expect(stateOf('fit', pipelineOf({ graph: null }))).toMatchObject({ kind: 'step', name: 'fit', runnable: false });
  });

  it('counts the findings of all cells of the step', () => {
    const finding = (cell: string) => ({ cell, severity: 'error', message: 'm' }) as unknown as IDiagnostic;
    const pipeline = pipelineOf({ diagnostics: [finding('fit'), finding('more'), finding('imports')] });
    expect(stateOf('fit', pipeline)?.diagnostics).toHaveLength(2);
    expect(stateOf('imports', pipeline)?.diagnostics).toHaveLength(1);
  });

  it('shows the last run, and that the step was edited since', () => {
    const task = { id: 'fit', state: 'SUCCEEDED', started: 's', finished: 'f', reason: null, error: null };
    const pipeline = pipelineOf({ run: { id: 'r' } as never, task: () => task as never, edited: () => true });
    expect(stateOf('fit', pipeline)).toMatchObject({ run: 'r', task, edited: true });
  });

  it('offers no second run while one goes on', () => {
    expect(stateOf('fit', pipelineOf({ active: true }))?.runnable).toBe(false);
  });
});
