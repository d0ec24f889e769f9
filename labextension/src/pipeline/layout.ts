import type { IEdge, IGraph, IStep } from '../tokens';

/** Height of a node and of an edge's label, in pixels. */
const NODE_HEIGHT = 56;
const LABEL_HEIGHT = 16;

/** Width of a node, and what its name and its state leave free of it at both ends, in pixels. */
const NODE_WIDTH = { least: 92, most: 190 };
export const NAME_MARGIN = 10;
export const STATE_MARGIN = { icon: 28, end: 8 };

/** How many characters of the names on an edge are written out; the rest is in its title. */
const LABEL_LENGTH = 12;

/** A point in the drawing, in pixels. */
export interface IPoint {
  x: number;
  y: number;
}

/** A step as it is drawn; `x`, `y` is the upper left corner. */
export interface IDrawnNode extends IPoint {
  step: IStep;
  width: number;
  height: number;
  /** Place in reading order: the row and the place within it, from 0. */
  row: number;
  column: number;
}

/** Names that cross, as they are drawn. */
export interface IDrawnEdge {
  edge: IEdge;
  points: IPoint[];
  label: string;
  labelAt: IPoint;
  labelWidth: number;
}

/** A whole drawing. */
export interface IDrawing {
  width: number;
  height: number;
  nodes: IDrawnNode[];
  edges: IDrawnEdge[];
}

/** How wide a text is, in pixels. */
export type MeasureText = (text: string, part: 'name' | 'state' | 'label') => number;

/** Where the pointer goes with an arrow key. */
export type Direction = 'up' | 'down' | 'left' | 'right';

/** The names of an edge in short: as many as fit, then how many more. */
export function edgeLabel(edge: IEdge): string {
  const names = [...new Set(edge.names.map(crossing => crossing.label ?? crossing.name))];
  let label = '';
  for (let index = 0; index < names.length; index++) {
    const next = label === '' ? names[index] : `${label}, ${names[index]}`;
    const more = names.length - index;
    if (next.length > LABEL_LENGTH) {
      return label === ''
        ? `${names[0].slice(0, LABEL_LENGTH - 1)}…${more > 1 ? ` +${more - 1}` : ''}`
        : `${label} +${more}`;
    }
    label = next;
  }
  return label;
}

/**
 * Places the steps from top to bottom. The layout engine is only loaded when something is drawn.
 *
 * @param widest - The longest word for a state, for which each node has room.
 */
export async function draw(graph: IGraph, measure: MeasureText, widest: string): Promise<IDrawing> {
  const dagre = await import('@dagrejs/dagre');
  const layout = new dagre.Graph();
  layout.setGraph({ rankdir: 'TB', nodesep: 12, ranksep: 22, edgesep: 6, marginx: 4, marginy: 6 });
  const stateWidth = measure(widest, 'state') + STATE_MARGIN.icon + STATE_MARGIN.end;
  for (const step of graph.steps) {
    const width = Math.max(NODE_WIDTH.least, stateWidth, measure(step.name, 'name') + 2 * NAME_MARGIN);
    layout.setNode(step.id, { width: Math.ceil(Math.min(NODE_WIDTH.most, width)), height: NODE_HEIGHT });
  }
  const known = new Set(graph.steps.map(step => step.id));
  const edges = graph.edges.filter(edge => known.has(edge.source) && known.has(edge.target));
  for (const edge of edges) {
    layout.setEdge(edge.source, edge.target, {
      width: Math.ceil(measure(edgeLabel(edge), 'label')) + 6,
      height: LABEL_HEIGHT,
      labelpos: 'c'
    });
  }
  // Steps that hand nothing to anyone would all stand in one row; a column has room in a sidebar.
  const alone = graph.steps.filter(
    step => !edges.some(({ source, target }) => source === step.id || target === step.id)
  );
  for (let index = 1; index < alone.length; index++) {
    layout.setEdge(alone[index - 1].id, alone[index].id, { width: 0, height: 0, weight: 0 });
  }
  dagre.layout(layout);
  const size = layout.graph() as { width?: number; height?: number };
  const nodes = graph.steps.map(step => {
    const { x, y, width, height } = layout.node(step.id) as IPoint & { width: number; height: number };
    return { step, width, height, x: x - width / 2, y: y - height / 2, row: 0, column: 0 };
  });
  Private.number(nodes);
  return {
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
    nodes,
    edges: edges.map(edge => {
      const placed = layout.edge(edge.source, edge.target) as { points: IPoint[]; x: number; y: number; width: number };
      return {
        edge,
        points: placed.points,
        label: edgeLabel(edge),
        labelAt: { x: placed.x, y: placed.y },
        labelWidth: placed.width
      };
    })
  };
}

/** The SVG path through the points of an edge, rounded at its bends. */
export function edgePath(points: readonly IPoint[]): string {
  if (points.length < 2) {
    return '';
  }
  const [first, ...rest] = points;
  let path = `M${Private.text(first)}`;
  for (let index = 0; index < rest.length - 1; index++) {
    const here = rest[index];
    const next = rest[index + 1];
    path += ` Q${Private.text(here)} ${Private.text({ x: (here.x + next.x) / 2, y: (here.y + next.y) / 2 })}`;
  }
  return `${path} L${Private.text(rest[rest.length - 1])}`;
}

/** The step that an arrow key leads to from another one; null at the border. */
export function neighbour(drawing: IDrawing, from: string, direction: Direction): string | null {
  const here = drawing.nodes.find(node => node.step.id === from);
  if (!here) {
    return drawing.nodes[0]?.step.id ?? null;
  }
  if (direction === 'left' || direction === 'right') {
    const column = here.column + (direction === 'left' ? -1 : 1);
    return drawing.nodes.find(node => node.row === here.row && node.column === column)?.step.id ?? null;
  }
  const row = here.row + (direction === 'up' ? -1 : 1);
  const middle = (node: IDrawnNode) => node.x + node.width / 2;
  const candidates = drawing.nodes.filter(node => node.row === row);
  candidates.sort((one, other) => Math.abs(middle(one) - middle(here)) - Math.abs(middle(other) - middle(here)));
  return candidates[0]?.step.id ?? null;
}

namespace Private {
  /** Numbers rows and columns as they are seen. */
  export function number(nodes: IDrawnNode[]): void {
    const rows = [...new Set(nodes.map(node => Math.round(node.y)))].sort((one, other) => one - other);
    for (const node of nodes) {
      node.row = rows.indexOf(Math.round(node.y));
    }
    rows.forEach((_, row) => {
      nodes
        .filter(node => node.row === row)
        .sort((one, other) => one.x - other.x)
        .forEach((node, column) => {
          node.column = column;
        });
    });
  }

  export function text(point: IPoint): string {
    return `${point.x.toFixed(1)},${point.y.toFixed(1)}`;
  }
}
