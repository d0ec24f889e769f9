import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { createPortal } from 'react-dom';
import type { ICodeReason, IExplanation, IGraph, INameReason, INumberedPlace } from '../tokens';
import type { IPipeline } from './tokens';

/** What of the drawing is explained: a step, or what crosses between two. */
export type ExplainTarget = { step: string } | { source: string; target: string };

/** How many lines of a kind are shown; `cellift graph --explain` shows all. */
const MOST = 8;

/** Distance from what is explained and from the edge of the window, in pixels. */
const GAP = 8;

/** Why a step has what it has, or why names cross: beside the drawing, while the pointer or the keyboard is on it. */
export function ExplainTip(props: {
  id: string;
  target: ExplainTarget;
  /** What failed or is being waited for; said first. */
  remark: string | null;
  anchor: DOMRect;
  pipeline: IPipeline;
  trans: TranslationBundle;
}): JSX.Element {
  const { id, target, remark, anchor, pipeline, trans } = props;
  const explanation = useExplanation(pipeline);
  const box = React.useRef<HTMLDivElement>(null);
  const [at, setAt] = React.useState<{ left: number; top: number } | null>(null);
  React.useLayoutEffect(() => {
    const node = box.current;
    if (node) {
      setAt(Private.beside(anchor, node.offsetWidth, node.offsetHeight));
    }
  }, [anchor, explanation, remark]);
  const graph = pipeline.graph;
  return createPortal(
    <div
      id={id}
      ref={box}
      className="cl-Explain"
      role="tooltip"
      data-testid="cellift-explain"
      style={at ?? { left: 0, top: 0, visibility: 'hidden' }}
    >
      {remark && <p className="cl-Explain-remark">{remark}</p>}
      {graph && explanation && 'step' in target && (
        <StepReasons step={target.step} graph={graph} explanation={explanation} trans={trans} />
      )}
      {graph && explanation && 'source' in target && (
        <EdgeReasons {...target} graph={graph} explanation={explanation} trans={trans} />
      )}
    </div>,
    document.body
  );
}

/** The names that cross from one step to another, each with both places. */
function EdgeReasons(props: {
  source: string;
  target: string;
  graph: IGraph;
  explanation: IExplanation;
  trans: TranslationBundle;
}): JSX.Element {
  const { source, target, graph, explanation, trans } = props;
  const edge = explanation.edges.find(other => other.source === source && other.target === target);
  return (
    <>
      <p className="cl-Explain-title">
        {Private.stepName(graph, source)} → {Private.stepName(graph, target)}
      </p>
      <NameList names={edge?.names ?? []} trans={trans} />
    </>
  );
}

/** What a step takes, and what is copied into it or repeated in it. */
function StepReasons(props: {
  step: string;
  graph: IGraph;
  explanation: IExplanation;
  trans: TranslationBundle;
}): JSX.Element {
  const { step, graph, explanation, trans } = props;
  const own = explanation.steps.find(other => other.id === step);
  const taken = explanation.edges
    .filter(edge => edge.target === step)
    .flatMap(edge => edge.names.map(name => ({ ...name, from: Private.stepName(graph, edge.source) })));
  const copied = own?.copied ?? [];
  const repeated = own?.repeated ?? [];
  const alone = taken.length + copied.length + repeated.length === 0;
  return (
    <>
      <p className="cl-Explain-title">{Private.stepName(graph, step)}</p>
      {alone && <p>{trans.__('It needs nothing from other cells.')}</p>}
      {taken.length > 0 && <p className="cl-Explain-kind">{trans.__('Takes')}</p>}
      <NameList names={taken} trans={trans} />
      {copied.length > 0 && <p className="cl-Explain-kind">{trans.__('Lines copied into it')}</p>}
      <CodeList lines={copied} trans={trans} />
      {repeated.length > 0 && <p className="cl-Explain-kind">{trans.__('Lines repeated in it')}</p>}
      <CodeList lines={repeated} trans={trans} />
    </>
  );
}

function NameList(props: { names: (INameReason & { from?: string })[]; trans: TranslationBundle }): JSX.Element {
  const { names, trans } = props;
  return (
    <ul>
      {names.slice(0, MOST).map(name => (
        <li key={`${name.from ?? ''} ${name.name}`}>
          <code>{name.label}</code>
          {name.from ? ` ${trans.__('from %1', name.from)}` : ''}
          <span className="cl-Explain-reason">{Private.crossing(name, trans)}</span>
        </li>
      ))}
      <More count={names.length - MOST} trans={trans} />
    </ul>
  );
}

function CodeList(props: { lines: ICodeReason[]; trans: TranslationBundle }): JSX.Element {
  const { lines, trans } = props;
  return (
    <ul>
      {lines.slice(0, MOST).map(line => (
        <li key={`${line.cell} ${line.line}`}>
          <code>{line.text}</code>
          <span className="cl-Explain-reason">
            {Private.place(line, trans)}: {line.reason.replace(/`/g, '')}
          </span>
        </li>
      ))}
      <More count={lines.length - MOST} trans={trans} />
    </ul>
  );
}

function More(props: { count: number; trans: TranslationBundle }): JSX.Element | null {
  return props.count > 0 ? (
    <li className="cl-Explain-reason">{props.trans._n('and %1 more', 'and %1 more', props.count)}</li>
  ) : null;
}

/** The reasons of the graph that is shown; they are asked for when somebody looks, once for each analysis. */
function useExplanation(pipeline: IPipeline): IExplanation | null {
  const [explanation, setExplanation] = React.useState<IExplanation | null>(null);
  const graph = pipeline.graph;
  React.useEffect(() => {
    let stale = false;
    void pipeline.explain().then(found => {
      if (!stale) {
        setExplanation(found);
      }
    });
    return () => {
      stale = true;
    };
  }, [pipeline, graph]);
  return explanation;
}

namespace Private {
  export function stepName(graph: IGraph, id: string): string {
    return graph.steps.find(step => step.id === id)?.name ?? id;
  }

  export function place(place: INumberedPlace, trans: TranslationBundle): string {
    return trans.__('cell %1, line %2', place.number, place.line);
  }

  /** `made in cell 4, line 2, used in cell 5, line 1`. */
  export function crossing(name: INameReason, trans: TranslationBundle): string {
    const from = place(name.producer, trans);
    const to = place(name.consumer, trans);
    const made = name.how ? trans.__('changed by %1 in %2', name.how, from) : trans.__('made in %1', from);
    const used = name.through ? trans.__('used by %1() in %2', name.through, to) : trans.__('used in %1', to);
    return `${made}, ${used}`;
  }

  /** To the right where there is room, else to the left, else below; never outside of the window. */
  export function beside(anchor: DOMRect, width: number, height: number): { left: number; top: number } {
    let left = anchor.right + GAP;
    let top = anchor.top;
    if (left + width > window.innerWidth - GAP) {
      left = anchor.left - GAP - width;
      if (left < GAP) {
        left = Math.max(GAP, Math.min(anchor.left, window.innerWidth - GAP - width));
        top = anchor.bottom + GAP;
      }
    }
    return { left, top: Math.max(GAP, Math.min(top, window.innerHeight - GAP - height)) };
  }
}
