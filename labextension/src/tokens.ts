import type { PartialJSONObject } from '@lumino/coreutils';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { INotebookContent } from '@jupyterlab/nbformat';

/** States of runs and tasks (CONTRACTS, "Runs"). */
export type RunState =
  'QUEUED' | 'PREPARING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLING' | 'CANCELLED' | 'SKIPPED' | 'CACHED';

/** A finding of the analysis, at a cell and line where there is one (lines and columns are 1-based). */
export interface IDiagnostic {
  code: string;
  severity: 'error' | 'warning' | 'info';
  cell: string | null;
  line: number | null;
  column: number | null;
  message: string;
  fix: string | null;
}

/** A position in the notebook. */
export interface IPlace {
  cell: string;
  line: number;
}

/** A step of the notebook's pipeline. */
export interface IStep {
  id: string;
  name: string;
  role: 'step' | 'setup';
  cells: string[];
  /** name -> id of the step that makes it */
  inputs: Record<string, string>;
  params: string[];
  outputs: string[];
  options: Record<string, unknown>;
}

/** Names that cross from one step to another, with the reason. */
export interface IEdge {
  source: string;
  target: string;
  names: { name: string; label?: string; reason: string; producer: IPlace; consumer: IPlace }[];
}

/** A pipeline parameter read from the parameters cell. */
export interface IParameter {
  name: string;
  /** `none`: several types, or any value. */
  type: string;
  default: unknown;
  /** What it takes, for people: `a whole number, or None`. */
  accepts: string;
  /** The only values that it takes; empty when there are no choices. */
  choices: unknown[];
  /** It takes null too. */
  optional: boolean;
  /** Parameters that its default is computed from. */
  derived_from: string[];
  /** A line of the parameters cell uses the default, so that a run cannot override it. */
  fixed: boolean;
  cell: string;
  line: number;
}

/** What a cell is in the pipeline. */
export interface ICellRole {
  cell: string;
  number: number;
  role: 'setup' | 'parameters' | 'step' | 'skip' | 'other';
  step: string | null;
}

/** The step graph of a notebook (`cellift graph --json`). */
export interface IGraph {
  name: string;
  notebook: string | null;
  steps: IStep[];
  edges: IEdge[];
  parameters: IParameter[];
  cells: ICellRole[];
}

/** A position with the number of the cell that people count. */
export interface INumberedPlace extends IPlace {
  number: number;
}

/** Why a name crosses from one step to another. */
export interface INameReason {
  name: string;
  /** The name for people: hidden state has words. */
  label: string;
  producer: INumberedPlace;
  consumer: INumberedPlace;
  /** What changed it in place, where it was last changed. */
  how: string | null;
  /** The function whose body uses it. */
  through: string | null;
  reason: string;
}

/** A line of another cell that a step has too, and why. */
export interface ICodeReason extends INumberedPlace {
  text: string;
  reason: string;
}

/** Why a graph is as it is. */
export interface IExplanation {
  steps: { id: string; name: string; copied: ICodeReason[]; repeated: ICodeReason[] }[];
  edges: { source: string; target: string; names: INameReason[] }[];
}

/** The answer of POST graph. */
export interface IAnalysis {
  graph: IGraph | null;
  diagnostics: IDiagnostic[];
  /** The options that a step can have. */
  step_options: IStepOption[];
  /** When it was asked for. */
  explanation?: IExplanation;
}

/** Option -> the values that a step gives it. */
export type StepOptions = Record<string, string[]>;

/** An option that a step can have; each may be given several values. */
export interface IStepOption {
  /** Key in the metadata of the cell. */
  name: string;
  /** What a value is: `NAME`. */
  value: string;
  /** What it does. */
  help: string;
}

/** What became of one mark of another tool. */
export interface IImportItem {
  kind: 'taken' | 'honoured' | 'impossible' | 'note';
  what: string;
  text: string;
  cell: number | null;
  id: string | null;
}

/** The marks that a notebook of Kale gets. */
export interface IImported {
  notebook: PartialJSONObject;
  cells: { index: number; cellift: PartialJSONObject }[];
  report: IImportItem[];
  diagnostics: IDiagnostic[];
}

/** Why a run or task failed. */
export interface IRunError {
  reason: string;
  type: string | null;
  message: string;
  /** Id of the task that failed, in the error of a run. */
  task?: string | null;
  cell: string | null;
  line: number | null;
  traceback: string | null;
  code?: string | null;
}

/** A value that a task gave. */
export interface IOutput {
  name: string;
  type: string;
  preview: string | null;
  bytes: number | null;
}

/** A plot or rich value that a task showed. */
export interface IDisplay {
  cell: string;
  mime: string;
  file: string;
}

/** A step (later: a rank) of a run. */
export interface ITask {
  id: string;
  name: string;
  kind: string;
  state: RunState;
  reason: string | null;
  attempt: number;
  started: string | null;
  finished: string | null;
  exit_code: number | null;
  error: IRunError | null;
  inputs: Record<string, string>;
  /** Objects of stores that it reads, as they were when the run began. */
  reads?: { name: string; uri: string; etag: string; version: string | null; bytes: number }[];
  outputs: IOutput[];
  display?: IDisplay[];
  cells: string[];
}

/** What the tables of runs show. */
export interface IRunSummary {
  id: string;
  kind: string;
  name: string;
  state: RunState;
  reason: string | null;
  created: string;
  started: string | null;
  finished: string | null;
  source: { notebook: string | null; path: string | null; cells?: string[]; git?: unknown; snapshot?: string | null };
  error: IRunError | null;
  metric: { key: string; value: number } | null;
  progress: { done: number; total: number };
  bytes: number | null;
}

/** A whole run. What only the tables need (`metric`, `progress`, `bytes`) may be missing. */
export interface IRun
  extends
    Omit<IRunSummary, 'metric' | 'progress' | 'bytes'>,
    Partial<Pick<IRunSummary, 'metric' | 'progress' | 'bytes'>> {
  params: Record<string, unknown>;
  metrics: { task: string; key: string; step: number | null; time: string; value: number }[];
  tasks: ITask[];
  artifacts: unknown[];
  /** Remarks that are no errors. */
  warnings?: { code: string | null; message: string; task: string | null; time: string }[];
  /** Number of the last journal event in it. */
  seq?: number;
}

/** A piece of a log; offsets are bytes. */
export interface ILogChunk {
  text: string;
  offset: number;
  size: number;
  done: boolean;
}

/** A state change, as it comes over Jupyter's event stream. */
export interface IRunEvent {
  run_id: string;
  task_id?: string;
  state: RunState;
  seq: number;
}

/** What starts a run. */
export interface IRunRequest {
  path: string;
  content: INotebookContent;
  params?: Record<string, unknown>;
  step?: string;
  name?: string;
  kernel_name?: string;
}

/** REST and events of the Cellift server extension. */
export interface ICellift {
  /** A run or a task of it changed state (only while somebody is connected to this signal and the page is visible). */
  readonly runChanged: ISignal<ICellift, IRunEvent>;
  /** Changes may have been missed (the page was hidden): what is shown should be fetched again. */
  readonly refetch: ISignal<ICellift, void>;
  /** A run was started from this page. */
  readonly runStarted: ISignal<ICellift, IRun>;
  /** Server version and counts; rejects with a readable message when the server extension is not there. */
  status(): Promise<{ version: string; active: number }>;
  /** Graph and diagnostics of the notebook as it is in the browser. */
  analyse(path: string, content: INotebookContent, options?: { explain?: boolean }): Promise<IAnalysis>;
  /** What a notebook that is marked for Kale becomes here. */
  importKale(path: string, content: INotebookContent): Promise<IImported>;
  start(request: IRunRequest): Promise<IRun>;
  list(options?: {
    limit?: number;
    cursor?: string;
    state?: string;
    notebook?: string;
    q?: string;
  }): Promise<{ runs: IRunSummary[]; next: string | null }>;
  get(id: string): Promise<IRun>;
  cancel(id: string): Promise<IRun>;
  remove(id: string): Promise<void>;
  logs(
    id: string,
    task: string,
    options?: { attempt?: number; offset?: number; limit?: number; tail?: number }
  ): Promise<ILogChunk>;
  /** URL of a display file of a task. */
  fileUrl(id: string, task: string, file: string): string;
  /** Text of a display file of a task. */
  fileText(id: string, task: string, file: string): Promise<string>;
}

/** Thrown by ICellift when the server refused the input. */
export interface IRefusal extends Error {
  diagnostics: IDiagnostic[];
}

/** Token of the client. */
export const ICellift = new Token<ICellift>(
  '@cellift/labextension:ICellift',
  'REST and events of the Cellift server extension.'
);

/** A section of the Cellift sidebar. */
export interface ISidebarSection {
  id: string;
  title: string;
  icon?: LabIcon;
  widget: Widget;
  /** Lower is higher up. Pipeline 10, runs 20, data 30, compute 40. */
  rank: number;
  /** Share of the height until somebody moves the border, relative to the other sections; 1 by default. */
  share?: number;
}

/** The sidebar, to which every capability adds its section. */
export interface ISidebar {
  addSection(section: ISidebarSection): void;
  /** Opens the sidebar and the section. */
  reveal(id: string): void;
}

/** Token of the sidebar. */
export const ISidebar = new Token<ISidebar>(
  '@cellift/labextension:ISidebar',
  'The Cellift sidebar; sections are added with addSection.'
);
