import { Signal } from '@lumino/signaling';
import { isActive } from '../states/states';
import type { ICellift, IRun, IRunEvent, IRunSummary, ITask } from '../tokens';
import { summarise } from '../runs/summary';

/** A step as the server gives it. */
export function task(id: string, more: Partial<ITask> = {}): ITask {
  return {
    id,
    name: id,
    kind: 'step',
    state: 'SUCCEEDED',
    reason: null,
    attempt: 1,
    started: '2026-01-01T10:00:00.000Z',
    finished: '2026-01-01T10:00:02.000Z',
    exit_code: 0,
    error: null,
    inputs: {},
    outputs: [],
    display: [],
    cells: [`cell-of-${id}`],
    ...more
  };
}

/** A run as the server gives it. */
export function run(id: string, more: Partial<IRun> = {}): IRun {
  return {
    id,
    kind: 'pipeline',
    name: `name of ${id}`,
    state: 'SUCCEEDED',
    reason: null,
    created: `2026-01-01T10:00:0${id.length % 10}.000Z`,
    started: '2026-01-01T10:00:00.000Z',
    finished: '2026-01-01T10:00:04.100Z',
    source: { notebook: '/home/u/nb.ipynb', path: 'nb.ipynb' },
    error: null,
    params: {},
    metrics: [],
    tasks: [task('load')],
    artifacts: [],
    seq: 1,
    ...more
  };
}

/** A client over runs in memory; counts what it was asked. */
export class FakeClient implements ICellift {
  readonly runChanged = new Signal<this, IRunEvent>(this);
  readonly refetch = new Signal<this, void>(this);
  readonly runStarted = new Signal<this, IRun>(this);

  runs: IRun[] = [];
  calls: string[] = [];
  failure: Error | null = null;
  log = '';
  logDone = true;

  /** Replaces or adds the run, and says so as the server does. */
  change(changed: IRun): void {
    this.runs = [changed, ...this.runs.filter(other => other.id !== changed.id)];
    this.runChanged.emit({ run_id: changed.id, state: changed.state, seq: changed.seq ?? 0 });
  }

  status = async () => ({ version: '0.1.0', active: 0 });
  analyse = async () => ({ graph: null, diagnostics: [], step_options: [] });
  importKale = async () => ({ notebook: {}, cells: [], report: [], diagnostics: [] });

  start = async (): Promise<IRun> => {
    const started = run('started', { state: 'RUNNING' });
    this.runs.unshift(started);
    this.runStarted.emit(started);
    return started;
  };

  list = async (
    options: Parameters<ICellift['list']>[0] = {}
  ): Promise<{ runs: IRunSummary[]; next: string | null }> => {
    this.record(`list ${JSON.stringify(options)}`);
    const active = ['QUEUED', 'PREPARING', 'RUNNING', 'CANCELLING'];
    const all = this.runs
      .filter(each => options.state !== 'active' || active.includes(each.state))
      .filter(each => !options.q || each.name.includes(options.q) || each.id === options.q)
      .sort((a, b) => b.created.localeCompare(a.created))
      .map(each => ({ ...summarise(each), bytes: 2048 }));
    const from = options.cursor ? all.findIndex(each => each.id === options.cursor) + 1 : 0;
    const page = all.slice(from, from + (options.limit ?? 50));
    return { runs: page, next: from + page.length < all.length ? page[page.length - 1].id : null };
  };

  get = async (id: string): Promise<IRun> => {
    this.record(`get ${id}`);
    const found = this.find(id);
    return isActive(found.state) ? found : { ...found, bytes: 2048 };
  };

  cancel = async (id: string): Promise<IRun> => {
    this.record(`cancel ${id}`);
    return { ...this.find(id), state: 'CANCELLING' };
  };

  remove = async (id: string): Promise<void> => {
    this.record(`remove ${id}`);
    this.runs = this.runs.filter(other => other.id !== id);
  };

  logs: ICellift['logs'] = async (_run, _task, options = {}) => {
    this.record(`logs ${JSON.stringify(options)}`);
    const bytes = new TextEncoder().encode(this.log);
    const from = options.tail !== undefined ? Math.max(0, bytes.length - options.tail) : (options.offset ?? 0);
    const to = options.tail !== undefined ? bytes.length : Math.min(bytes.length, from + (options.limit ?? 65536));
    return {
      text: new TextDecoder().decode(bytes.slice(from, to)),
      offset: to,
      size: bytes.length,
      done: this.logDone && to === bytes.length
    };
  };

  fileUrl = (id: string, taskId: string, file: string) => `/files/${id}/${taskId}/${file}`;
  fileText = async () => '<b>text</b>';

  private find(id: string): IRun {
    const found = this.runs.find(each => each.id === id);
    if (!found) {
      throw new Error(`no run ${id}`);
    }
    return found;
  }

  private record(call: string): void {
    this.calls.push(call);
    if (this.failure) {
      throw this.failure;
    }
  }
}

/** Waits until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20000;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error('what was waited for did not happen');
    }
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
