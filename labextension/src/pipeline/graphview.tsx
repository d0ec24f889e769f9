import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { formatDuration } from '../states/format';
import { stateIcon, stateLabel } from '../states/states';
import type { IGraph, IStep, ITask, RunState } from '../tokens';
import type { Direction, IDrawing, IDrawnEdge, IDrawnNode, MeasureText } from './layout';
import type { ExplainTarget } from './explaintip';
import { ExplainTip } from './explaintip';
import { draw, edgePath, NAME_MARGIN, neighbour, STATE_MARGIN } from './layout';
import type { IPipeline } from './tokens';
import type { IView } from './viewport';
import { clampView, firstView, fitView, frameHeight, panBy, zoomAt } from './viewport';

/** Height of the drawing's window: as high as the drawing needs, within these, in pixels. */
const HEIGHT = { least: 72, most: 460 };

/** How far an arrow key with Shift moves the drawing, in pixels. */
const PAN_STEP = 40;

/** How much a key or a button zooms. */
const ZOOM_STEP = 1.25;

/** How far the pointer may move between press and release for it still to be a click, in pixels. */
const CLICK_SLACK = 4;

/** How long the pointer rests before the reasons are shown, in milliseconds. */
const HOVER_DELAY = 350;

const ARROWS: Record<string, Direction> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right'
};

/** The steps and what they hand to each other, drawn; moves and zooms by mouse and keyboard. */
export function GraphView(props: { pipeline: IPipeline; trans: TranslationBundle }): JSX.Element {
  const { pipeline, trans } = props;
  const drawing = useDrawing(pipeline.graph, trans);
  const frame = React.useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [view, setView] = React.useState<IView | null>(null);
  const [focused, setFocused] = React.useState<string | null>(null);
  const tipId = `cellift-explain-${pipeline.panel.id}`;
  const [tip, setTip] = React.useState<{ target: ExplainTarget; remark: string | null; anchor: DOMRect } | null>(null);
  const waiting = React.useRef(0);
  const drag = React.useRef<{ x: number; y: number; moved: boolean } | null>(null);

  const hide = () => {
    window.clearTimeout(waiting.current);
    setTip(null);
  };
  React.useEffect(() => () => window.clearTimeout(waiting.current), []);
  const explain = (target: ExplainTarget, node: Element, after: number, remark: string | null = null) => {
    window.clearTimeout(waiting.current);
    waiting.current = window.setTimeout(() => {
      if (node.isConnected && !drag.current) {
        // Beside the whole drawing, so that none of it is covered.
        const { left, top, right, height } = node.getBoundingClientRect();
        const edge = frame.current?.getBoundingClientRect().right ?? right;
        setTip({ target, remark, anchor: new DOMRect(left, top, Math.max(right, edge) - left, height) });
      }
    }, after);
  };

  const height = drawing ? frameHeight(drawing, width, HEIGHT) : HEIGHT.least;
  const size = { width, height };
  const first = drawing ? firstView(drawing, size) : { x: 0, y: 0, scale: 1 };
  // Until somebody moves it, the drawing fits as far as it can be read; new steps and another width of the sidebar keep it so.
  const shown = view && drawing ? clampView(view, drawing, size) : first;
  const cut =
    drawing !== null && (drawing.width * shown.scale > width + 1 || drawing.height * shown.scale > height + 1);
  const current = React.useRef(shown);
  current.current = shown;

  const move = (change: (view: IView) => IView) => setView(change(current.current));
  const fit = () => drawing && setView(fitView(drawing, size));
  const zoom = (factor: number, x = width / 2, y = height / 2) => move(old => zoomAt(old, factor, x, y));

  React.useEffect(() => {
    const node = frame.current;
    // React listens passively to wheels, and a passive listener cannot keep the page from zooming.
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) {
        return;
      }
      event.preventDefault();
      const box = node!.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY / 200), event.clientX - box.left, event.clientY - box.top);
    };
    node?.addEventListener('wheel', onWheel, { passive: false });
    return () => node?.removeEventListener('wheel', onWheel);
  });

  const onKeyDown = (event: React.KeyboardEvent) => {
    const direction = ARROWS[event.key];
    if (direction && event.shiftKey) {
      const [x, y] = { up: [0, 1], down: [0, -1], left: [1, 0], right: [-1, 0] }[direction];
      move(old => panBy(old, x * PAN_STEP, y * PAN_STEP));
    } else if (direction && drawing) {
      const next = neighbour(drawing, focused ?? '', direction);
      if (next !== null) {
        setFocused(next);
        frame.current?.querySelector<SVGGElement>(`[data-step="${CSS.escape(next)}"]`)?.focus();
      }
    } else if (event.key === '+' || event.key === '=') {
      zoom(ZOOM_STEP);
    } else if (event.key === '-') {
      zoom(1 / ZOOM_STEP);
    } else if (event.key === '0') {
      fit();
    } else if (event.key === 'Escape' && tip) {
      hide();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const open = (step: IStep) => {
    setFocused(step.id);
    const cell = step.cells[0];
    if (cell) {
      void pipeline.reveal(cell);
    }
  };

  return (
    <div
      className="cl-Graph"
      data-cut={cut}
      data-testid="cellift-graph"
      role="group"
      aria-label={trans.__(
        'Steps of the pipeline. Arrow keys go from step to step, Enter shows the cell, plus and minus zoom, zero fits.'
      )}
      onKeyDown={onKeyDown}
    >
      <div
        className="cl-Graph-frame"
        ref={frame}
        style={{ height }}
        onPointerDown={event => {
          hide();
          if (event.button === 0) {
            drag.current = { x: event.clientX, y: event.clientY, moved: false };
          }
        }}
        onPointerMove={event => {
          const start = drag.current;
          if (!start || event.buttons === 0) {
            return;
          }
          const x = event.clientX - start.x;
          const y = event.clientY - start.y;
          if (start.moved || Math.hypot(x, y) > CLICK_SLACK) {
            if (!start.moved) {
              event.currentTarget.setPointerCapture(event.pointerId);
            }
            drag.current = { x: event.clientX, y: event.clientY, moved: true };
            move(old => panBy(old, x, y));
          }
        }}
        onPointerUp={() => {
          // The click that follows a drag must not open a cell.
          requestAnimationFrame(() => {
            drag.current = null;
          });
        }}
      >
        {drawing && width > 0 && (
          <svg width={width} height={height}>
            <defs>
              <marker
                id={`cellift-arrow-${pipeline.panel.id}`}
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto-start-reverse"
              >
                <path className="cl-Graph-arrow" d="M0,0.5 L7.5,4 L0,7.5 Z" />
              </marker>
            </defs>
            <g transform={`translate(${shown.x},${shown.y}) scale(${shown.scale})`}>
              {drawing.edges.map(edge => (
                <EdgeShape
                  key={`${edge.edge.source} ${edge.edge.target}`}
                  edge={edge}
                  arrow={`cellift-arrow-${pipeline.panel.id}`}
                  onEnter={node => explain(edge.edge, node, HOVER_DELAY)}
                  onLeave={hide}
                />
              ))}
              {drawing.nodes.map((node, index) => (
                <NodeShape
                  key={node.step.id}
                  node={node}
                  task={pipeline.task(node.step.id)}
                  ran={pipeline.run !== null}
                  worst={Private.worst(pipeline, node.step)}
                  tabbable={focused === null ? index === 0 : focused === node.step.id}
                  trans={trans}
                  tip={tip && 'step' in tip.target && tip.target.step === node.step.id ? tipId : undefined}
                  onFocus={(element, remark) => {
                    setFocused(node.step.id);
                    // A click goes to the cell; the keyboard asks for reasons.
                    if (element.matches(':focus-visible')) {
                      explain({ step: node.step.id }, element, 0, remark);
                    }
                  }}
                  onEnter={(element, remark) => explain({ step: node.step.id }, element, HOVER_DELAY, remark)}
                  onLeave={hide}
                  onOpen={() => {
                    if (!drag.current?.moved) {
                      open(node.step);
                    }
                  }}
                />
              ))}
            </g>
          </svg>
        )}
      </div>
      {tip && (
        <ExplainTip
          id={tipId}
          target={tip.target}
          remark={tip.remark}
          anchor={tip.anchor}
          pipeline={pipeline}
          trans={trans}
        />
      )}
      <div className="cl-Graph-tools">
        <button
          className="cl-IconButton"
          title={trans.__('Zoom out')}
          aria-label={trans.__('Zoom out')}
          onClick={() => zoom(1 / ZOOM_STEP)}
        >
          −
        </button>
        <button
          className="cl-IconButton"
          data-testid="cellift-fit"
          title={trans.__('Fit the drawing')}
          aria-label={trans.__('Fit the drawing')}
          onClick={fit}
        >
          ⤢
        </button>
        <button
          className="cl-IconButton"
          title={trans.__('Zoom in')}
          aria-label={trans.__('Zoom in')}
          onClick={() => zoom(ZOOM_STEP)}
        >
          +
        </button>
      </div>
    </div>
  );
}

/** One step: its name, and the state and time of its last run. */
function NodeShape(props: {
  node: IDrawnNode;
  task: ITask | null;
  /** Whether the notebook has a run at all. */
  ran: boolean;
  worst: 'error' | 'warning' | null;
  tabbable: boolean;
  trans: TranslationBundle;
  /** Id of the reasons, while they are shown for this step. */
  tip: string | undefined;
  onFocus: (node: Element, remark: string | null) => void;
  onEnter: (node: Element, remark: string | null) => void;
  onLeave: () => void;
  onOpen: () => void;
}): JSX.Element {
  const { node, task, worst, trans } = props;
  const { step, x, y, width, height } = node;
  const time = task?.finished ? formatDuration(task.started, task.finished) : '';
  const state = task ? stateLabel(task.state, trans) : props.ran ? trans.__('Not run') : trans.__('Not run yet');
  const trouble = worst === 'error' ? trans.__('with errors') : worst === 'warning' ? trans.__('with warnings') : null;
  const remark = task?.error?.message ?? task?.reason ?? null;
  const said = [step.name, state, time, trouble].filter(part => part).join(', ');
  return (
    <g
      className="cl-Node"
      data-testid="cellift-node"
      data-step={step.id}
      data-role={step.role}
      data-state={task?.state ?? 'NONE'}
      data-severity={worst ?? undefined}
      transform={`translate(${x},${y})`}
      role="button"
      tabIndex={props.tabbable ? 0 : -1}
      aria-label={said}
      aria-describedby={props.tip}
      onFocus={event => props.onFocus(event.currentTarget, remark)}
      onBlur={props.onLeave}
      onPointerEnter={event => props.onEnter(event.currentTarget, remark)}
      onPointerLeave={props.onLeave}
      onClick={props.onOpen}
      onKeyDown={event => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          props.onOpen();
        }
      }}
    >
      <rect className="cl-Node-box" width={width} height={height} rx={4} />
      <text className="cl-Node-name" x={NAME_MARGIN} y={time ? 17 : 24}>
        {Private.cut(step.name, width - 2 * NAME_MARGIN)}
      </text>
      {task && (
        <g
          className="cl-Node-symbol"
          transform={`translate(${NAME_MARGIN - 1},${time ? 22 : 29})`}
          dangerouslySetInnerHTML={{ __html: Private.symbol(task.state) }}
        />
      )}
      <text className="cl-Node-state" x={task ? STATE_MARGIN.icon - 2 : NAME_MARGIN} y={time ? 33 : 40}>
        {state}
      </text>
      {time && (
        <text className="cl-Node-time" x={STATE_MARGIN.icon - 2} y={48}>
          {time}
        </text>
      )}
      {worst && (
        <text className={`cl-Node-trouble cl-mod-${worst}`} x={width - 17} y={height - 8}>
          {worst === 'error' ? '✕' : '▲'}
        </text>
      )}
    </g>
  );
}

/** The names that one step hands to another. */
function EdgeShape(props: {
  edge: IDrawnEdge;
  arrow: string;
  onEnter: (node: Element) => void;
  onLeave: () => void;
}): JSX.Element {
  const { edge, arrow } = props;
  const { points, label, labelAt, labelWidth } = edge;
  return (
    <g
      className="cl-Edge"
      data-source={edge.edge.source}
      data-target={edge.edge.target}
      onPointerEnter={event => props.onEnter(event.currentTarget)}
      onPointerLeave={props.onLeave}
    >
      <path className="cl-Edge-line" d={edgePath(points)} markerEnd={`url(#${arrow})`} />
      <path className="cl-Edge-touch" d={edgePath(points)} />
      {label && (
        <>
          <rect
            className="cl-Edge-label-box"
            x={labelAt.x - labelWidth / 2}
            y={labelAt.y - 8}
            width={labelWidth}
            height={16}
            rx={3}
          />
          <text className="cl-Edge-label" x={labelAt.x} y={labelAt.y + 4} textAnchor="middle">
            {label}
          </text>
        </>
      )}
    </g>
  );
}

/** The drawing of a graph; the last one stays until the next is laid out. */
function useDrawing(graph: IGraph | null, trans: TranslationBundle): IDrawing | null {
  const [drawing, setDrawing] = React.useState<IDrawing | null>(null);
  const shape = graph ? JSON.stringify([graph.steps, graph.edges]) : null;
  React.useEffect(() => {
    let stale = false;
    if (graph && shape) {
      draw(graph, Private.measurer(), Private.widestState(trans))
        .then(next => {
          if (!stale) {
            setDrawing(next);
          }
        })
        .catch(error => console.error('Cellift: the graph could not be laid out', error));
    }
    return () => {
      stale = true;
    };
    // The graph is a new object after each analysis; only another shape needs another layout.
  }, [shape]);
  return drawing;
}

/** The width of an element, kept up to date. */
function useWidth(element: React.RefObject<HTMLElement>): number {
  const [width, setWidth] = React.useState(0);
  React.useLayoutEffect(() => {
    const node = element.current;
    if (!node) {
      return;
    }
    const measure = () => setWidth(node.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return width;
}

namespace Private {
  const STATES: RunState[] = ['QUEUED', 'PREPARING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED'];

  /** The icon of a state as a part of the drawing, with a size of its own. */
  export function symbol(state: RunState): string {
    return stateIcon(state).svgstr.replace(/<svg([^>]*?) width="\d+"/, '<svg$1 width="14" height="14"');
  }

  /** The worst finding about the cells of a step. */
  export function worst(pipeline: IPipeline, step: IStep): 'error' | 'warning' | null {
    const found = pipeline.diagnostics.filter(
      diagnostic => diagnostic.cell !== null && step.cells.includes(diagnostic.cell)
    );
    if (found.some(diagnostic => diagnostic.severity === 'error')) {
      return 'error';
    }
    return found.some(diagnostic => diagnostic.severity === 'warning') ? 'warning' : null;
  }

  /** A name as much as fits into a width. */
  export function cut(name: string, width: number): string {
    const measure = measurer();
    let text = name;
    while (text.length > 1 && measure(text === name ? text : `${text}…`, 'name') > width) {
      text = text.slice(0, -1);
    }
    return text === name ? name : `${text}…`;
  }

  /** The longest of the words for a state. */
  export function widestState(trans: TranslationBundle): string {
    const words = [...STATES.map(state => stateLabel(state, trans)), trans.__('Not run yet')];
    return words.reduce((longest, word) => (word.length > longest.length ? word : longest));
  }

  /** Measures texts in the fonts of the style sheet. */
  export function measurer(): MeasureText {
    const canvas = (context ??= document.createElement('canvas').getContext('2d'));
    const style = getComputedStyle(document.body);
    const fonts = {
      name: `600 13px ${style.getPropertyValue('--jp-ui-font-family')}`,
      state: `11px ${style.getPropertyValue('--jp-ui-font-family')}`,
      label: `10.5px ${style.getPropertyValue('--jp-code-font-family')}`
    };
    return (text, part) => {
      if (!canvas) {
        return text.length * 7;
      }
      canvas.font = fonts[part];
      return canvas.measureText(text).width;
    };
  }

  let context: CanvasRenderingContext2D | null | undefined;
}
