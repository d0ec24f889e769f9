import { NotebookModel } from '@jupyterlab/notebook';
import { StateDB } from '@jupyterlab/statedb';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import type { IAnalysis, ICellift, IDiagnostic, IGraph, IRun, IRunEvent, RunState } from '../../tokens';
import { Pipeline } from '../model';

const trans = nullTranslator.load('cellift');

const error: IDiagnostic = {
  code: 'CL104',
  severity: 'error',
  cell: 'one',
  line: 1,
  column: 1,
  message: '`y` is used in step load, but nothing above defines it.',
  fix: null
};

function graphOf(names: string[], edges: IGraph['edges'] = []): IGraph {
  return {
    name: 'n',
    notebook: 'n.ipynb',
    steps: names.map((name, index) => ({
      id: name,
      name,
      role: 'step',
      cells: [['one', 'two'][index]],
      inputs: {},
      params: [],
      outputs: [],
      options: {}
    })),
    edges,
    parameters: [
      {
        name: 'k',
        type: 'int',
        default: 5,
        accepts: 'a whole number',
        choices: [],
        optional: false,
        derived_from: [],
        fixed: false,
        cell: 'one',
        line: 1
      }
    ],
    cells: []
  };
}

function runOf(id: string, state: RunState): IRun {
  return {
    id,
    state,
    tasks: [{ id: 'load', name: 'load', state }]
  } as unknown as IRun;
}

/** A server that answers as it is told and keeps what it was asked. */
class FakeServer {
  analysis: IAnalysis = { graph: graphOf(['load']), diagnostics: [], step_options: [] };
  runs: Record<string, IRun> = {};
  latest: string | null = null;
  refusal: Error | null = null;
  asked: [string, ...unknown[]][] = [];
  runChanged = new Signal<ICellift, IRunEvent>(this as unknown as ICellift);

  async analyse(...args: unknown[]) {
    this.asked.push(['analyse', ...args]);
    return this.analysis;
  }
  async start(request: unknown) {
    this.asked.push(['start', request]);
    if (this.refusal) {
      throw this.refusal;
    }
    this.runs.r1 = runOf('r1', 'QUEUED');
    this.latest = 'r1';
    return this.runs.r1;
  }
  async list(options: unknown) {
    this.asked.push(['list', options]);
    return { runs: this.latest ? [this.runs[this.latest]] : [], next: null };
  }
  async get(id: string) {
    this.asked.push(['get', id]);
    return this.runs[id];
  }
  async cancel(id: string) {
    this.asked.push(['cancel', id]);
    return (this.runs[id] = runOf(id, 'CANCELLING'));
  }
  count(what: string) {
    return this.asked.filter(([name]) => name === what).length;
  }
  emit(run_id: string, seq: number) {
    this.runChanged.emit({ run_id, seq, state: 'RUNNING' });
  }
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 3000;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error('It did not happen within 3 s');
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

function setUp(options: { server?: FakeServer; state?: StateDB; metadata?: object } = {}) {
  const server = options.server ?? new FakeServer();
  const model = new NotebookModel();
  model.fromJSON({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: options.metadata ?? { kernelspec: { name: 'python3', display_name: 'P', language: 'python' } },
    cells: ['one', 'two'].map(id => ({
      cell_type: 'code',
      id,
      source: 'x = 1',
      metadata: {},
      outputs: [],
      execution_count: null
    }))
  } as never);
  const owner = {};
  const panel = {
    id: 'panel',
    content: { model, widgets: [] },
    context: {
      path: 'RTC:n.ipynb',
      localPath: 'n.ipynb',
      ready: Promise.resolve(),
      pathChanged: new Signal(owner)
    },
    sessionContext: { session: null },
    disposed: new Signal(owner)
  };
  const pipeline = new Pipeline({
    panel: panel as never,
    cellift: server as unknown as ICellift,
    state: options.state ?? new StateDB(),
    trans
  });
  return { server, model, pipeline, panel };
}

async function ready(options: Parameters<typeof setUp>[0] = {}) {
  const all = setUp(options);
  await until(() => all.pipeline.status !== 'waiting' && all.server.count('list') > 0);
  return all;
}

describe('the analysis', () => {
  it('is made of the notebook as it is, by its contents path', async () => {
    const { server, pipeline } = await ready();
    expect(server.asked[0][1]).toBe('n.ipynb');
    expect((server.asked[0][2] as { cells: unknown[] }).cells).toHaveLength(2);
    expect(pipeline.steps.map(step => step.name)).toEqual(['load']);
  });

  it('is made once more after somebody has typed, not for each key', async () => {
    const { server, model } = await ready();
    for (const text of ['a', 'b', 'c']) {
      model.cells.get(0).sharedModel.setSource(text);
    }
    await until(() => server.count('analyse') === 2);
    expect(
      (server.asked.filter(([what]) => what === 'analyse')[1][2] as never as { cells: { source: string }[] }).cells[0]
        .source
    ).toBe('c');
  });

  it('is not made for outputs', async () => {
    const { server, model } = await ready();
    jest.useFakeTimers();
    try {
      (model.cells.get(0) as never as { outputs: { add(output: object): void } }).outputs.add({
        output_type: 'stream',
        name: 'stdout',
        text: 'x'
      });
      await jest.advanceTimersByTimeAsync(2000);
      expect(server.count('analyse')).toBe(1);
      model.cells.get(1).sharedModel.setSource('y');
      await jest.advanceTimersByTimeAsync(2000);
      expect(server.count('analyse')).toBe(2);
    } finally {
      jest.useRealTimers();
    }
  });

  it('keeps the drawn graph while a cell is broken, with the new findings', async () => {
    const edge = { source: 'load', target: 'fit', names: [] };
    const server = new FakeServer();
    server.analysis = { graph: graphOf(['load', 'fit'], [edge]), diagnostics: [], step_options: [] };
    const { pipeline } = await ready({ server });
    server.analysis = { graph: graphOf(['load', 'fit']), diagnostics: [error], step_options: [] };
    await pipeline.refresh();
    expect(pipeline.graph?.edges).toEqual([edge]);
    expect(pipeline.diagnostics).toEqual([error]);
  });

  it('shows other steps at once, broken or not', async () => {
    const { server, pipeline } = await ready();
    server.analysis = { graph: graphOf(['read']), diagnostics: [error], step_options: [] };
    await pipeline.refresh();
    expect(pipeline.steps.map(step => step.name)).toEqual(['read']);
  });

  it('says that the server does not answer, and keeps what is shown', async () => {
    const { server, pipeline } = await ready();
    server.analyse = async () => {
      throw new Error('The server does not answer.');
    };
    await pipeline.refresh();
    expect(pipeline.status).toBe('unreachable');
    expect(pipeline.problem).toBe('The server does not answer.');
    expect(pipeline.steps).toHaveLength(1);
  });

  it('does not ask about a notebook in another language', async () => {
    const { server, pipeline } = setUp({ metadata: { kernelspec: { name: 'ir', display_name: 'R', language: 'R' } } });
    await until(() => pipeline.status === 'foreign');
    expect(server.count('analyse')).toBe(0);
  });
});

describe('the run', () => {
  it('starts with the notebook as it is, and is followed by events', async () => {
    const { server, pipeline } = await ready();
    await pipeline.start({ step: 'load' });
    const request = server.asked.find(([what]) => what === 'start')![1] as Record<string, unknown>;
    expect(request.path).toBe('n.ipynb');
    expect(request.step).toBe('load');
    expect(request.kernel_name).toBe('python3');
    expect(request.params).toBeUndefined();
    expect(pipeline.active).toBe(true);
    server.runs.r1 = runOf('r1', 'SUCCEEDED');
    server.emit('r1', 7);
    await until(() => !pipeline.active);
    expect(pipeline.task('load')?.state).toBe('SUCCEEDED');
  });

  it('that somebody else started is found when it is the latest of this notebook', async () => {
    const { server, pipeline } = await ready();
    server.runs.r9 = runOf('r9', 'RUNNING');
    server.latest = 'r9';
    server.emit('r9', 1);
    await until(() => pipeline.run?.id === 'r9');
    expect(server.asked.filter(([what]) => what === 'list').pop()![1]).toEqual({ notebook: 'n.ipynb', limit: 1 });
  });

  it('of another notebook is not looked for again and again', async () => {
    const { server } = await ready();
    for (let seq = 1; seq <= 20; seq++) {
      server.emit('foreign', seq);
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(server.count('list')).toBeLessThanOrEqual(5);
  });

  it('that is refused shows why, and nothing is recorded here', async () => {
    const { server, pipeline } = await ready();
    server.refusal = Object.assign(new Error(error.message), { diagnostics: [error] });
    await expect(pipeline.start()).rejects.toThrow(error.message);
    expect(pipeline.diagnostics).toEqual([error]);
    expect(pipeline.run).toBeNull();
    expect(pipeline.busy).toBe(false);
  });

  it('is cancelled once it goes on, and only then', async () => {
    const { server, pipeline } = await ready();
    await pipeline.cancel();
    expect(server.count('cancel')).toBe(0);
    await pipeline.start();
    await pipeline.cancel();
    expect(pipeline.run?.state).toBe('CANCELLING');
  });
});

describe('what was edited since the run', () => {
  it('is known for a run from here, also after a reload', async () => {
    const state = new StateDB();
    const { pipeline, model, server } = await ready({ state });
    expect(pipeline.edited('load')).toBeNull();
    await pipeline.start();
    expect(pipeline.edited('load')).toBe(false);
    model.cells.get(0).sharedModel.setSource('x = 2');
    expect(pipeline.edited('load')).toBe(true);

    const again = await ready({ state, server });
    await until(() => again.pipeline.run !== null);
    expect(again.pipeline.edited('load')).toBe(false);
  });

  it('is not known for a run that somebody else started', async () => {
    const server = new FakeServer();
    server.runs.r9 = runOf('r9', 'SUCCEEDED');
    server.latest = 'r9';
    const { pipeline } = await ready({ server });
    await until(() => pipeline.run !== null);
    expect(pipeline.edited('load')).toBeNull();
  });
});

describe('the parameters', () => {
  it('are sent as typed values where they differ from the default', async () => {
    const { pipeline, server } = await ready();
    pipeline.setOverride('k', '9');
    await pipeline.start();
    expect((server.asked.find(([what]) => what === 'start')![1] as { params: object }).params).toEqual({ k: 9 });
  });

  it('that say what the default says are no values of their own', async () => {
    const { pipeline } = await ready();
    pipeline.setOverride('k', '9');
    pipeline.setOverride('k', '5');
    expect(pipeline.overrides).toEqual({});
  });

  it('are not sent when the defaults are asked for', async () => {
    const { pipeline, server } = await ready();
    pipeline.setOverride('k', '9');
    await pipeline.start({ defaults: true });
    expect((server.asked.find(([what]) => what === 'start')![1] as { params?: object }).params).toBeUndefined();
  });

  it('with a wrong value keep the run from starting', async () => {
    const { pipeline, server } = await ready();
    pipeline.setOverride('k', 'many');
    expect(pipeline.parameterProblem(pipeline.graph!.parameters[0])).toBe('k takes a whole number, such as 5.');
    await expect(pipeline.start()).rejects.toThrow('k takes a whole number');
    expect(server.count('start')).toBe(0);
  });

  it('are there again after a reload', async () => {
    const state = new StateDB();
    const { pipeline } = await ready({ state });
    pipeline.setOverride('k', '9');
    const again = await ready({ state });
    await until(() => again.pipeline.overrides.k === '9');
  });
});

describe('the reasons', () => {
  it('are asked for once for each analysis', async () => {
    const { server, pipeline } = await ready();
    server.analysis = { ...server.analysis, explanation: { steps: [], edges: [] } };
    const before = server.count('analyse');
    expect(await pipeline.explain()).toEqual({ steps: [], edges: [] });
    expect(await pipeline.explain()).toEqual({ steps: [], edges: [] });
    expect(server.count('analyse')).toBe(before + 1);
    await pipeline.refresh();
    await pipeline.explain();
    expect(server.count('analyse')).toBe(before + 3);
  });
});

it('leaves nothing behind when its notebook is closed', async () => {
  const { pipeline, server, model } = await ready();
  pipeline.dispose();
  pipeline.dispose();
  const asked = server.asked.length;
  server.emit('r1', 1);
  model.cells.get(0).sharedModel.setSource('z');
  await new Promise(resolve => setTimeout(resolve, 0));
  expect(server.asked).toHaveLength(asked);
});
