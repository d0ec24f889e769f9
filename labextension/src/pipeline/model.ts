import { Notification } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ServerConnection } from '@jupyterlab/services';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { Debouncer, Throttler } from '@lumino/polling';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import type {
  IAnalysis,
  ICellift,
  IDiagnostic,
  IExplanation,
  IGraph,
  IImportItem,
  IParameter,
  IRefusal,
  IRun,
  IRunEvent,
  IStep,
  IStepOption,
  ITask
} from '../tokens';
import { isActive } from '../states/states';
import { applyMarks, isConvertible } from './convert';
import { fingerprint, isPython, notebookContent } from './content';
import { isDefault, parseParameter } from './parameters';
import { revealCell } from './reveal';
import type { AnalysisStatus, IPipeline, PipelineFacet } from './tokens';

/** How long the notebook must be left alone before it is analysed again, in milliseconds. */
const ANALYSIS_DELAY = 300;

/** How often a notebook that changes is compared with what was analysed (outputs change it too), in milliseconds. */
const COMPARE_EVERY = 100;

/** How often an unknown run is looked for before it counts as another notebook's. */
const LOOKS = 3;

/** How long further events of a run are gathered before it is read again, in milliseconds. */
const RUN_DELAY = 60;

/** The pipeline of one notebook panel. */
export class Pipeline implements IPipeline {
  constructor(options: Pipeline.IOptions) {
    this.panel = options.panel;
    this._cellift = options.cellift;
    this._state = options.state ?? null;
    this._trans = options.trans;
    this._analysis = new Debouncer(() => this.refresh(), ANALYSIS_DELAY);
    this._compare = new Throttler(() => this._analyseIfChanged(), { limit: COMPARE_EVERY, edge: 'trailing' });
    this._follow = new Debouncer(() => this._readRun(), RUN_DELAY);
    this.panel.disposed.connect(this.dispose, this);
    this.panel.context.pathChanged.connect(this._onPathChanged, this);
    this._cellift.runChanged.connect(this._onRunChanged, this);
    void this.panel.context.ready.then(() => this._begin());
  }

  readonly panel: NotebookPanel;

  get changed(): ISignal<this, PipelineFacet> {
    return this._changed;
  }

  get disposed(): ISignal<this, void> {
    return this._disposed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get status(): AnalysisStatus {
    return this._status;
  }

  get problem(): string | null {
    return this._problem;
  }

  get graph(): IGraph | null {
    return this._graph;
  }

  get stepOptions(): readonly IStepOption[] {
    return this._stepOptions;
  }

  get diagnostics(): readonly IDiagnostic[] {
    return this._diagnostics;
  }

  get steps(): readonly IStep[] {
    return this._graph?.steps.filter(step => step.role === 'step') ?? [];
  }

  get run(): IRun | null {
    return this._run;
  }

  get active(): boolean {
    return this._run !== null && isActive(this._run.state);
  }

  get busy(): boolean {
    return this._busy;
  }

  get overrides(): Readonly<Record<string, string>> {
    return this._overrides;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._analysis.dispose();
    this._compare.dispose();
    this._follow.dispose();
    this._disposed.emit();
    Signal.clearData(this);
  }

  task(step: string): ITask | null {
    return this._run?.tasks.find(task => task.id === step) ?? null;
  }

  edited(step: string): boolean | null {
    const cells = this._graph?.steps.find(other => other.id === step)?.cells;
    const sources = this._sources;
    if (!cells || !sources || sources.run !== this._run?.id) {
      return null;
    }
    const now = this._fingerprints();
    return cells.some(cell => now[cell] !== sources.cells[cell]);
  }

  setOverride(name: string, text: string | null): void {
    const parameter = this._graph?.parameters.find(other => other.name === name);
    const overrides = { ...this._overrides };
    if (text === null || (parameter && isDefault(parameter, text, this._trans))) {
      delete overrides[name];
    } else {
      overrides[name] = text;
    }
    this._overrides = overrides;
    void this._save('parameters', overrides);
    this._changed.emit('parameters');
  }

  parameterProblem(parameter: IParameter): string | null {
    const text = this._overrides[parameter.name];
    if (text === undefined) {
      return null;
    }
    const parsed = parseParameter(parameter, text, this._trans);
    return 'problem' in parsed ? parsed.problem : null;
  }

  async refresh(): Promise<IAnalysis | null> {
    const model = this.panel.content.model;
    if (this._isDisposed || !model) {
      return null;
    }
    if (!isPython(model)) {
      this._analysed = null;
      this._setAnalysis('foreign', null, null, []);
      return null;
    }
    const content = notebookContent(model);
    const ticket = ++this._ticket;
    this._analysed = Private.analysedText(content);
    let answer: IAnalysis;
    try {
      answer = await this._cellift.analyse(this.panel.context.localPath, content);
    } catch (error) {
      const diagnostics = Private.diagnosticsOf(error);
      if (ticket === this._ticket && !this._isDisposed) {
        if (diagnostics.length > 0) {
          this._setAnalysis('ready', null, this._graph, diagnostics);
        } else {
          this._analysed = null;
          this._setAnalysis('unreachable', Private.messageOf(error, this._trans), this._graph, this._diagnostics);
        }
      }
      return null;
    }
    if (ticket === this._ticket && !this._isDisposed) {
      this._stepOptions = answer.step_options;
      this._setAnalysis('ready', null, this._graphOf(answer), answer.diagnostics);
    }
    return answer;
  }

  explain(): Promise<IExplanation | null> {
    const model = this.panel.content.model;
    if (this._explained === null && model) {
      this._explained = this._cellift
        .analyse(this.panel.context.localPath, notebookContent(model), { explain: true })
        .then(answer => answer.explanation ?? null)
        .catch(error => {
          console.debug('Cellift: the reasons could not be read', error);
          return null;
        });
    }
    return this._explained ?? Promise.resolve(null);
  }

  get convertible(): boolean {
    const model = this.panel.content.model;
    return this._status === 'ready' && model !== null && isConvertible(model);
  }

  get importReport(): readonly IImportItem[] | null {
    return this._importReport;
  }

  async convert(): Promise<void> {
    const model = this.panel.content.model;
    if (!model) {
      return;
    }
    this._busy = true;
    this._changed.emit('analysis');
    try {
      const imported = await this._cellift.importKale(this.panel.context.localPath, notebookContent(model));
      applyMarks(model, imported);
      this._importReport = imported.report;
    } finally {
      this._busy = false;
      this._changed.emit('analysis');
    }
  }

  dismissImportReport(): void {
    this._importReport = null;
    this._changed.emit('analysis');
  }

  async start(options: { step?: string; defaults?: boolean } = {}): Promise<IRun> {
    const model = this.panel.content.model;
    if (!model) {
      throw new Error(this._trans.__('The notebook is still being opened.'));
    }
    const params = options.defaults ? {} : this._parameterValues();
    const fingerprints = this._fingerprints();
    this._busy = true;
    this._changed.emit('run');
    try {
      const kernel =
        this.panel.sessionContext.session?.kernel?.name ?? model.sharedModel.getMetadata().kernelspec?.name;
      const run = await this._cellift.start({
        path: this.panel.context.localPath,
        content: notebookContent(model),
        ...(Object.keys(params).length > 0 ? { params } : {}),
        ...(options.step ? { step: options.step } : {}),
        ...(kernel ? { kernel_name: kernel } : {})
      });
      this._sources = { run: run.id, cells: fingerprints };
      void this._save('sources', this._sources);
      this._seq = -1;
      this._run = run;
      // Events of this run may have come before the answer.
      void this._follow.invoke();
      return run;
    } catch (error) {
      const diagnostics = Private.diagnosticsOf(error);
      if (diagnostics.length > 0) {
        this._setAnalysis('ready', null, this._graph, diagnostics);
      }
      throw error;
    } finally {
      this._busy = false;
      this._changed.emit('run');
    }
  }

  async cancel(): Promise<void> {
    const run = this._run;
    if (!run || !isActive(run.state)) {
      return;
    }
    this._busy = true;
    this._changed.emit('run');
    try {
      const answer = await this._cellift.cancel(run.id);
      if (this._run?.id === answer.id) {
        this._run = answer;
      }
      void this._follow.invoke();
    } finally {
      this._busy = false;
      this._changed.emit('run');
    }
  }

  /** Reads the latest run again, after events may have been missed. */
  catchUp(): void {
    void this._findRun();
    if (this.active) {
      void this._follow.invoke();
    }
  }

  async reveal(cell: string, line?: number | null, column?: number | null): Promise<void> {
    await revealCell(this.panel, cell, line ?? null, column ?? null);
  }

  private async _begin(): Promise<void> {
    const model = this.panel.content.model;
    if (this._isDisposed || !model) {
      return;
    }
    model.contentChanged.connect(this._onContentChanged, this);
    model.metadataChanged.connect(this._onContentChanged, this);
    await Promise.all([this.refresh(), this._restore().then(() => this._findRun())]);
  }

  private _onContentChanged(): void {
    void this._compare.invoke();
  }

  private _analyseIfChanged(): void {
    const model = this.panel.content.model;
    if (!model || this._isDisposed) {
      return;
    }
    // Outputs count as content for the notebook, not for the pipeline.
    const text = Private.analysedText(notebookContent(model));
    if (text !== this._analysed) {
      void this._analysis.invoke();
    }
  }

  private _onPathChanged(): void {
    void this.refresh();
    void this._restore().then(() => this._findRun());
  }

  private _onRunChanged(_: ICellift, event: IRunEvent): void {
    if (event.run_id === this._run?.id) {
      if (event.seq > this._seq) {
        this._seq = event.seq;
        void this._follow.invoke();
      }
    } else if ((this._foreign.get(event.run_id) ?? 0) < LOOKS) {
      void this._findRun(event.run_id);
    }
  }

  /** Looks for the latest run of this notebook; `hint` is a run that may be it. */
  private async _findRun(hint?: string): Promise<void> {
    const path = this.panel.context.localPath;
    try {
      const { runs } = await this._cellift.list({ notebook: path, limit: 1 });
      const latest = runs[0]?.id ?? null;
      if (hint && latest !== hint) {
        this._foreign.set(hint, (this._foreign.get(hint) ?? 0) + 1);
      }
      if (this._isDisposed || path !== this.panel.context.localPath || latest === (this._run?.id ?? null)) {
        return;
      }
      const run = latest === null ? null : await this._cellift.get(latest);
      if (!this._isDisposed && path === this.panel.context.localPath) {
        this._seq = -1;
        this._run = run;
        this._changed.emit('run');
      }
    } catch (error) {
      // The analysis tells that the server does not answer; the last known run stays on show.
      console.debug('Cellift: the runs of the notebook could not be read', error);
    }
  }

  private async _readRun(): Promise<void> {
    const id = this._run?.id;
    if (!id || this._isDisposed) {
      return;
    }
    try {
      const run = await this._cellift.get(id);
      if (!this._isDisposed && this._run?.id === id) {
        this._run = run;
        this._changed.emit('run');
      }
    } catch (error) {
      console.debug('Cellift: the run could not be read', error);
      if (!this._isDisposed) {
        await this._findRun();
      }
    }
  }

  /**
   * The graph to show: a cell that is being typed is often broken for a moment, and what flows between the steps is not
   * known then; as long as the steps are the same, the graph that was there without errors stays.
   */
  private _graphOf(answer: IAnalysis): IGraph | null {
    const broken = answer.diagnostics.some(diagnostic => diagnostic.severity === 'error');
    if (!broken) {
      this._sound = answer.graph;
    }
    if (!answer.graph || (broken && this._sound && Private.sameSteps(this._sound, answer.graph))) {
      return this._sound ?? answer.graph;
    }
    return answer.graph;
  }

  private _parameterValues(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const parameter of this._graph?.parameters ?? []) {
      const text = this._overrides[parameter.name];
      if (text === undefined) {
        continue;
      }
      const parsed = parseParameter(parameter, text, this._trans);
      if ('problem' in parsed) {
        throw new Error(parsed.problem);
      }
      values[parameter.name] = parsed.value;
    }
    return values;
  }

  private _fingerprints(): Record<string, string> {
    const cells = this.panel.content.model?.sharedModel.cells ?? [];
    return Object.fromEntries(
      cells.filter(cell => cell.cell_type === 'code').map(cell => [cell.getId(), fingerprint(cell.getSource())])
    );
  }

  private _setAnalysis(
    status: AnalysisStatus,
    problem: string | null,
    graph: IGraph | null,
    diagnostics: readonly IDiagnostic[]
  ): void {
    this._explained = null;
    this._status = status;
    this._problem = problem;
    this._graph = graph;
    this._diagnostics = diagnostics;
    this._changed.emit('analysis');
  }

  private _key(part: 'parameters' | 'sources'): string {
    return `@cellift/labextension:${part}:${this.panel.context.path}`;
  }

  private async _save(part: 'parameters' | 'sources', value: object): Promise<void> {
    try {
      await this._state?.save(this._key(part), value as ReadonlyPartialJSONValue);
    } catch (error) {
      console.debug('Cellift: the form could not be kept', error);
    }
  }

  private async _restore(): Promise<void> {
    const path = this.panel.context.path;
    const [parameters, sources] = await Promise.all([
      this._state?.fetch(this._key('parameters')),
      this._state?.fetch(this._key('sources'))
    ]);
    if (this._isDisposed || path !== this.panel.context.path) {
      return;
    }
    this._overrides = Private.texts(parameters);
    const kept = sources as { run?: unknown; cells?: unknown } | undefined;
    this._sources = typeof kept?.run === 'string' ? { run: kept.run, cells: Private.texts(kept.cells) } : null;
    this._changed.emit('parameters');
  }

  private _cellift: ICellift;
  private _state: IStateDB | null;
  private _trans: TranslationBundle;
  private _analysis: Debouncer;
  private _compare: Throttler;
  private _follow: Debouncer;
  private _changed = new Signal<this, PipelineFacet>(this);
  private _disposed = new Signal<this, void>(this);
  private _isDisposed = false;
  private _status: AnalysisStatus = 'waiting';
  private _problem: string | null = null;
  private _graph: IGraph | null = null;
  private _stepOptions: readonly IStepOption[] = [];
  /** The last graph of a notebook without errors. */
  private _sound: IGraph | null = null;
  private _diagnostics: readonly IDiagnostic[] = [];
  private _run: IRun | null = null;
  private _seq = -1;
  private _busy = false;
  private _overrides: Record<string, string> = {};
  private _sources: { run: string; cells: Record<string, string> } | null = null;
  private _analysed: string | null = null;
  private _ticket = 0;
  /** The reasons of the graph as it was last analysed, once somebody asked. */
  private _explained: Promise<IExplanation | null> | null = null;
  private _importReport: readonly IImportItem[] | null = null;
  /** How often a run was looked for and was not the latest of this notebook. */
  private _foreign = new Map<string, number>();
}

/** A namespace for Pipeline statics. */
export namespace Pipeline {
  /** Options of a pipeline. */
  export interface IOptions {
    panel: NotebookPanel;
    cellift: ICellift;
    /** Where the parameters form and the sources of the last run are kept; nothing is kept without it. */
    state?: IStateDB | null;
    trans: TranslationBundle;
  }
}

/** Tells that a run could not be started or cancelled, with the way to the cell where there is one. */
export function notifyRefusal(pipeline: IPipeline, error: unknown, trans: TranslationBundle): void {
  const first = Private.diagnosticsOf(error).find(diagnostic => diagnostic.severity === 'error');
  const cell = first?.cell ?? null;
  Notification.error(first?.message ?? Private.messageOf(error, trans), {
    autoClose: 10000,
    actions: cell
      ? [
          {
            label: trans.__('Show the cell'),
            callback: () => void pipeline.reveal(cell, first?.line, first?.column)
          }
        ]
      : []
  });
}

namespace Private {
  /** Everything of the notebook that the analysis reads. */
  export function analysedText(content: object): string {
    return JSON.stringify(content);
  }

  /** Whether two graphs have the same user's steps in the same cells. */
  export function sameSteps(one: IGraph, other: IGraph): boolean {
    const steps = (graph: IGraph) =>
      JSON.stringify(graph.steps.filter(step => step.role === 'step').map(({ id, name, cells }) => [id, name, cells]));
    return steps(one) === steps(other);
  }

  export function diagnosticsOf(error: unknown): IDiagnostic[] {
    const diagnostics = (error as Partial<IRefusal> | null)?.diagnostics;
    return Array.isArray(diagnostics) ? diagnostics : [];
  }

  export function messageOf(error: unknown, trans: TranslationBundle): string {
    if (error instanceof ServerConnection.NetworkError) {
      return trans.__('The Jupyter server cannot be reached. Check that it is running, then try again.');
    }
    return error instanceof Error ? error.message : String(error);
  }

  export function texts(value: unknown): Record<string, string> {
    const entries = value && typeof value === 'object' ? Object.entries(value) : [];
    return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  }
}
