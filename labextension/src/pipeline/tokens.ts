import { Token } from '@lumino/coreutils';
import type { IObservableDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type {
  IAnalysis,
  IDiagnostic,
  IExplanation,
  IGraph,
  IImportItem,
  IParameter,
  IRun,
  IStep,
  IStepOption,
  ITask
} from '../tokens';

/** Which part of a pipeline changed. */
export type PipelineFacet = 'analysis' | 'run' | 'parameters';

/**
 * Where the analysis of a notebook stands.
 *
 * - `waiting`: nothing is known yet;
 * - `ready`: graph and diagnostics are those of the notebook as it is, or was a moment ago while somebody types;
 * - `foreign`: the notebook's language is not Python;
 * - `unreachable`: the server could not be asked; `problem` says why.
 */
export type AnalysisStatus = 'waiting' | 'ready' | 'foreign' | 'unreachable';

/** The pipeline of one open notebook: its graph, its diagnostics, its parameters and its latest run. */
export interface IPipeline extends IObservableDisposable {
  readonly panel: NotebookPanel;
  /** Something that can be seen changed. */
  readonly changed: ISignal<IPipeline, PipelineFacet>;

  readonly status: AnalysisStatus;
  /** Why the analysis is `unreachable`. */
  readonly problem: string | null;
  /** The last graph that could be drawn; kept while a cell is being typed. */
  readonly graph: IGraph | null;
  readonly diagnostics: readonly IDiagnostic[];
  /** The options that a step can have; none before the first analysis. */
  readonly stepOptions: readonly IStepOption[];
  /** Steps that the user marked (the implicit set-up step does not count). */
  readonly steps: readonly IStep[];

  /** The latest run of this notebook, whoever started it. */
  readonly run: IRun | null;
  /** Whether that run is still going on. */
  readonly active: boolean;
  /** A request to start or to cancel is on its way. */
  readonly busy: boolean;
  /** The task of a step in the latest run. */
  task(step: string): ITask | null;
  /** Whether a cell of the step was edited since the latest run; null when that run was not started from here. */
  edited(step: string): boolean | null;

  /** Values the user gave instead of the defaults, as typed. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Sets the value of a parameter; null goes back to the default. */
  setOverride(name: string, text: string | null): void;
  /** What is wrong with the value of a parameter, or null. */
  parameterProblem(parameter: IParameter): string | null;

  /** Analyses the notebook as it is now. */
  refresh(): Promise<IAnalysis | null>;
  /** Why the graph is as it is; null when the server cannot say. Asked once for each analysis. */
  explain(): Promise<IExplanation | null>;
  /** Whether the notebook is marked for Kale, and not yet for Cellift. */
  readonly convertible: boolean;
  /** Gives the notebook the marks that its marks for Kale stand for. */
  convert(): Promise<void>;
  /** What became of each mark, after a conversion until it is dismissed. */
  readonly importReport: readonly IImportItem[] | null;
  dismissImportReport(): void;
  /** Starts a run of the notebook as it is now, saved or not; rejects with the server's message. */
  start(options?: { step?: string; defaults?: boolean }): Promise<IRun>;
  /** Cancels the run that goes on. */
  cancel(): Promise<void>;
  /** Goes to a cell, and to a line of it. */
  reveal(cell: string, line?: number | null, column?: number | null): Promise<void>;
}

/** The pipelines of all open notebooks. */
export interface IPipelines {
  /** The notebook in front, if there is one. */
  readonly current: IPipeline | null;
  readonly currentChanged: ISignal<IPipelines, IPipeline | null>;
  /** The pipeline of an open notebook. */
  get(panel: NotebookPanel): IPipeline;
}

/** Token of the pipelines. */
export const IPipelines = new Token<IPipelines>(
  '@cellift/labextension:IPipelines',
  'The pipelines of the open notebooks: graph, diagnostics, parameters, latest run.'
);
