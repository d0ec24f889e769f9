import type { ISharedCell, ISharedCodeCell } from '@jupyter/ydoc';
import type { PartialJSONObject } from '@lumino/coreutils';
import type { StepOptions } from '../tokens';
import { directiveAfter, directiveWith, parseDirective, startsWithCellMagic } from './directive';

/** Key of the cell's metadata that belongs to Cellift. */
const KEY = 'cellift';

/** Tag of papermill for the cell that holds the parameters; the one that is written. */
const PARAMETERS_TAG = 'parameters';

/** Tags that make a parameters cell: papermill's and Kale's. */
const PARAMETERS_TAGS = [PARAMETERS_TAG, 'pipeline-parameters'];

/** Kale's tag for a cell that is left out. */
const SKIP_TAG = 'skip';

/** What Kale's tags for a step start with. */
const STEP_TAG = 'step:';

/** What the user made of a cell, read from the cell alone. */
export interface ICellMark {
  kind: 'step' | 'skip' | 'parameters' | 'none';
  /** Name of the step. */
  step: string | null;
  /** Where the mark stands: in our metadata, on the `%%step` line, or in a tag. */
  carrier: 'metadata' | 'line' | 'tag' | null;
  /** Options of the step. */
  options: StepOptions;
}

/** Reads what a cell is marked as. Where two marks contradict each other (an error of its own), the line counts. */
export function readMark(cell: ISharedCell): ICellMark {
  const nothing: ICellMark = { kind: 'none', step: null, carrier: null, options: {} };
  if (cell.cell_type !== 'code') {
    return nothing;
  }
  const directive = parseDirective(cell.getSource());
  if (directive) {
    return { kind: 'step', step: directive.name, carrier: 'line', options: directive.options };
  }
  const own = Private.metadata(cell);
  const tags = Private.tags(cell);
  if (own) {
    if (typeof own.step === 'string' && own.step.trim() !== '') {
      return { kind: 'step', step: own.step.trim(), carrier: 'metadata', options: Private.options(own.options) };
    }
    if (own.skip === true) {
      return { ...nothing, kind: 'skip', carrier: 'metadata' };
    }
    if (own.parameters === true) {
      return { ...nothing, kind: 'parameters', carrier: 'metadata' };
    }
    return tags.includes(PARAMETERS_TAG) ? { ...nothing, kind: 'parameters', carrier: 'tag' } : nothing;
  }
  for (const tag of tags) {
    if (PARAMETERS_TAGS.includes(tag)) {
      return { ...nothing, kind: 'parameters', carrier: 'tag' };
    }
    if (tag === SKIP_TAG) {
      return { ...nothing, kind: 'skip', carrier: 'tag' };
    }
    if (Private.isStepTag(tag)) {
      return { ...nothing, kind: 'step', step: tag.slice(STEP_TAG.length), carrier: 'tag' };
    }
  }
  return nothing;
}

/**
 * Makes the cell a step, or gives its step another name and other options, where the mark already stands.
 *
 * Options stay as they are when none are given. A tag cannot hold any: with options it becomes a mark of ours. One undo
 * in the cell takes it back.
 */
export function markStep(cell: ISharedCodeCell, name: string, options: StepOptions | null = null): void {
  const { kind, carrier, options: before } = readMark(cell);
  const source = cell.getSource();
  const changed = options !== null && JSON.stringify(options) !== JSON.stringify(before);
  Private.edit(cell, () => {
    if (kind === 'step' && carrier === 'line') {
      const edit = changed ? directiveWith(source, name, options) : directiveAfter(source, name);
      cell.updateSource(edit.start, edit.end, edit.text);
    } else if (kind === 'step' && carrier === 'tag' && !changed) {
      Private.setTags(
        cell,
        Private.tags(cell).map(tag => (Private.isStepTag(tag) ? `${STEP_TAG}${name}` : tag))
      );
    } else {
      const kept = changed ? options : (Private.metadata(cell)?.options ?? {});
      Private.clear(cell);
      cell.setMetadata(KEY, { ...Private.metadata(cell), step: name, options: kept });
    }
  });
}

/** Makes the cell an ordinary one again: no step, not skipped, no parameters. One undo in the cell takes it back. */
export function unmark(cell: ISharedCodeCell): void {
  Private.edit(cell, () => Private.clear(cell));
}

/** Leaves the cell out of the pipeline. One undo in the cell takes it back. */
export function markSkipped(cell: ISharedCodeCell): void {
  Private.edit(cell, () => {
    Private.clear(cell);
    cell.setMetadata(KEY, { ...Private.metadata(cell), skip: true });
  });
}

/** Makes the cell the parameters cell. One undo in the cell takes it back. */
export function markParameters(cell: ISharedCodeCell): void {
  Private.edit(cell, () => {
    Private.clear(cell);
    Private.setTags(cell, [...Private.tags(cell), PARAMETERS_TAG]);
  });
}

/** Whether any cell is marked as a step; says nothing about what the server would make of it. */
export function hasSteps(cells: readonly ISharedCell[]): boolean {
  return cells.some(cell => readMark(cell).kind === 'step');
}

/**
 * A name to offer for a new step: the cell's leading comment, else the heading above it, else what the cell makes, else
 * its number among the steps; never one that is taken.
 */
export function suggestName(cells: readonly ISharedCell[], index: number): string {
  const taken = new Set(cells.map(cell => readMark(cell).step).filter((name): name is string => name !== null));
  const source = cells[index].getSource();
  const lines = source.split('\n').map(line => line.trim());
  const code = startsWithCellMagic(source) ? lines.slice(lines.findIndex(line => line.startsWith('%%')) + 1) : lines;
  const comment = /^#+\s*(?:%%\s*)?(.+)$/.exec(code.find(line => line !== '') ?? '')?.[1];
  const above = index > 0 && cells[index - 1].cell_type === 'markdown' ? cells[index - 1].getSource() : '';
  const heading = /^\s*#{2,6}\s+(.+?)\s*#*\s*$/m.exec(above)?.[1];
  const assigned = [...source.matchAll(/^([A-Za-z_]\w*)(?:\s*,\s*[A-Za-z_]\w*)*\s*=(?!=)/gm)].pop()?.[1];
  const number = cells.slice(0, index).filter(cell => readMark(cell).kind === 'step').length + 1;
  const base = Private.shorten(comment ?? heading) ?? assigned ?? `step_${number}`;
  let name = base;
  for (let suffix = 2; taken.has(name); suffix++) {
    name = `${base}_${suffix}`;
  }
  return name;
}

namespace Private {
  const LONGEST_NAME = 32;

  /** The cell's own metadata of ours, or null; foreign shapes count as none. */
  export function metadata(cell: ISharedCell): PartialJSONObject | null {
    const value = cell.getMetadata(KEY);
    return value && typeof value === 'object' && !Array.isArray(value) ? (value as PartialJSONObject) : null;
  }

  /** Options of a step, each with a list of texts; other shapes are for the server to name. */
  export function options(value: unknown): StepOptions {
    const found: StepOptions = {};
    for (const [name, given] of Object.entries(value && typeof value === 'object' ? value : {})) {
      const values: unknown[] = Array.isArray(given) ? given : [given];
      found[name] = values.filter((item): item is string => typeof item === 'string');
    }
    return found;
  }

  export function tags(cell: ISharedCell): string[] {
    const value = cell.getMetadata('tags');
    return Array.isArray(value) ? value.filter((tag): tag is string => typeof tag === 'string') : [];
  }

  export function isStepTag(tag: string): boolean {
    return tag.startsWith(STEP_TAG) && tag.length > STEP_TAG.length;
  }

  export function setTags(cell: ISharedCell, wanted: string[]): void {
    if (wanted.length > 0) {
      cell.setMetadata('tags', wanted);
    } else {
      cell.deleteMetadata('tags');
    }
  }

  /** Takes every mark off the cell; what others keep in its metadata and tags stays. */
  export function clear(cell: ISharedCodeCell): void {
    const directive = parseDirective(cell.getSource());
    if (directive) {
      cell.updateSource(directive.lineStart, directive.lineEnd, '');
    }
    const rest = { ...metadata(cell) };
    for (const key of ['step', 'options', 'skip', 'parameters']) {
      delete rest[key];
    }
    if (Object.keys(rest).length > 0) {
      cell.setMetadata(KEY, rest);
    } else {
      cell.deleteMetadata(KEY);
    }
    const before = tags(cell);
    const after = before.filter(tag => !PARAMETERS_TAGS.includes(tag) && tag !== SKIP_TAG && !isStepTag(tag));
    if (after.length !== before.length) {
      setTags(cell, after);
    }
  }

  /**
   * Runs an edit as one undoable change of the cell.
   *
   * The shared cell itself writes metadata in transactions that no undo manager follows; inside this outer transaction,
   * whose origin is the cell, they are followed. With document-wide undo it is the notebook's manager that follows.
   */
  export function edit(cell: ISharedCodeCell, change: () => void): void {
    const manager = (cell as unknown as { undoManager: { stopCapturing(): void } | null }).undoManager;
    manager?.stopCapturing();
    cell.transact(change, true);
    manager?.stopCapturing();
  }

  export function shorten(text: string | undefined): string | null {
    const plain = text?.replace(/[`*~[\]]/g, '').trim();
    if (!plain) {
      return null;
    }
    if (plain.length <= LONGEST_NAME) {
      return plain;
    }
    const cut = plain.slice(0, LONGEST_NAME + 1).replace(/\s+\S*$/, '');
    return cut.length <= LONGEST_NAME ? cut : plain.slice(0, LONGEST_NAME);
  }
}
