import type { Extension, Range, Text } from '@codemirror/state';
import { StateEffect, StateField } from '@codemirror/state';
import type { DecorationSet, Tooltip } from '@codemirror/view';
import { Decoration, EditorView, hoverTooltip, ViewPlugin } from '@codemirror/view';
import { JSONExt } from '@lumino/coreutils';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { IDiagnostic } from '../tokens';

/** A finding at a place of a text; positions are offsets. */
interface ISquiggle {
  from: number;
  to: number;
  diagnostic: IDiagnostic;
}

const setFindings = StateEffect.define<readonly IDiagnostic[]>();

/**
 * Where a finding stands in a text: from its column to the end of the word, else the whole line without its indent.
 *
 * A place that the text no longer has is taken back to the nearest one that it has.
 */
export function squiggleRange(text: Text, diagnostic: IDiagnostic): { from: number; to: number } {
  const line = text.line(Math.min(Math.max(1, diagnostic.line ?? 1), text.lines));
  const indent = /^\s*/.exec(line.text)![0].length;
  const end = line.from + line.text.trimEnd().length;
  if (diagnostic.column === null) {
    return { from: Math.min(line.from + indent, end), to: end };
  }
  const start = Math.min(Math.max(0, diagnostic.column - 1), line.text.length);
  const word = /^(?:%*\w+|\S)/u.exec(line.text.slice(start))?.[0] ?? '';
  return word === ''
    ? { from: Math.min(line.from + indent, end), to: end }
    : { from: line.from + start, to: line.from + start + word.length };
}

/** The editor's side: underlines that move with the text until the next analysis, and what they say on hover. */
const squiggleField = StateField.define<{ squiggles: readonly ISquiggle[]; decorations: DecorationSet }>({
  create: () => ({ squiggles: [], decorations: Decoration.none }),
  update: (value, transaction) => {
    for (const effect of transaction.effects) {
      if (effect.is(setFindings)) {
        const squiggles = effect.value.map(diagnostic => ({
          ...squiggleRange(transaction.state.doc, diagnostic),
          diagnostic
        }));
        return { squiggles, decorations: Private.decorate(squiggles) };
      }
    }
    if (!transaction.docChanged) {
      return value;
    }
    const squiggles = value.squiggles.map(squiggle => ({
      ...squiggle,
      from: transaction.changes.mapPos(squiggle.from, 1),
      to: transaction.changes.mapPos(squiggle.to, -1)
    }));
    return { squiggles, decorations: value.decorations.map(transaction.changes) };
  },
  provide: field => EditorView.decorations.from(field, value => value.decorations)
});

const squiggleHover = hoverTooltip((view, position): Tooltip | null => {
  const found = view.state
    .field(squiggleField)
    .squiggles.filter(squiggle => squiggle.from <= position && position <= squiggle.to);
  if (found.length === 0) {
    return null;
  }
  return {
    pos: Math.min(...found.map(squiggle => squiggle.from)),
    end: Math.max(...found.map(squiggle => squiggle.to)),
    above: true,
    create: () => ({ dom: Private.tooltip(found.map(squiggle => squiggle.diagnostic)) })
  };
});

/** Knows the findings of each cell and puts them into the editors that show the cell, now or later. */
export class Squiggles {
  /** The findings of a cell; `cell` is its shared model. */
  set(cell: object, findings: readonly IDiagnostic[]): void {
    const before = this._findings.get(cell) ?? [];
    if (
      JSONExt.deepEqual(before as unknown as ReadonlyPartialJSONValue, findings as unknown as ReadonlyPartialJSONValue)
    ) {
      return;
    }
    this._findings.set(cell, findings);
    for (const view of this._views.get(cell) ?? []) {
      view.dispatch({ effects: setFindings.of(findings) });
    }
  }

  /** The extension for an editor of a cell. */
  extension(cell: object): Extension {
    const attach = (view: EditorView) => {
      const views = this._views.get(cell) ?? new Set();
      views.add(view);
      this._views.set(cell, views);
      // An editor may not be changed while it is being made.
      queueMicrotask(() => {
        const findings = this._findings.get(cell) ?? [];
        if (findings.length > 0 && views.has(view)) {
          view.dispatch({ effects: setFindings.of(findings) });
        }
      });
      return () => views.delete(view);
    };
    const follow = ViewPlugin.define(view => ({ destroy: attach(view) }));
    return [squiggleField, squiggleHover, follow];
  }

  private _findings = new WeakMap<object, readonly IDiagnostic[]>();
  private _views = new WeakMap<object, Set<EditorView>>();
}

namespace Private {
  const STYLES: Record<IDiagnostic['severity'], Decoration> = {
    error: Decoration.mark({ class: 'cl-Squiggle cl-mod-error' }),
    warning: Decoration.mark({ class: 'cl-Squiggle cl-mod-warning' }),
    info: Decoration.mark({ class: 'cl-Squiggle cl-mod-info' })
  };

  export function decorate(squiggles: readonly ISquiggle[]): DecorationSet {
    const ranges: Range<Decoration>[] = squiggles
      .filter(squiggle => squiggle.to > squiggle.from)
      .map(squiggle => STYLES[squiggle.diagnostic.severity].range(squiggle.from, squiggle.to));
    return Decoration.set(ranges, true);
  }

  export function tooltip(diagnostics: readonly IDiagnostic[]): HTMLElement {
    const node = document.createElement('div');
    node.className = 'cl-SquiggleTip';
    for (const diagnostic of diagnostics) {
      const message = document.createElement('div');
      message.className = `cl-mod-${diagnostic.severity}`;
      message.textContent = `${diagnostic.message} (${diagnostic.code})`;
      node.append(message);
      if (diagnostic.fix) {
        const fix = document.createElement('div');
        fix.className = 'cl-SquiggleTip-fix';
        fix.textContent = diagnostic.fix;
        node.append(fix);
      }
    }
    return node;
  }
}
