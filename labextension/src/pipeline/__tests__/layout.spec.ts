import { deserialize, serialize } from 'v8';
import type { IEdge, IGraph, IStep } from '../../tokens';
import { draw as drawWith, edgeLabel, edgePath, neighbour } from '../layout';

// The layout engine copies its input; every browser can, jsdom cannot.
globalThis.structuredClone ??= value => deserialize(serialize(value));

const draw = (what: IGraph) => drawWith(what, text => text.length * 7, 'Succeeded');

const step = (id: string): IStep => ({
  id,
  name: id,
  role: 'step',
  cells: [id],
  inputs: {},
  params: [],
  outputs: [],
  options: {}
});

const edge = (source: string, target: string, names: string[]): IEdge => ({
  source,
  target,
  names: names.map(name => ({
    name,
    reason: `${name} is made in ${source}`,
    producer: { cell: source, line: 1 },
    consumer: { cell: target, line: 1 }
  }))
});

const graph = (steps: string[], edges: IEdge[]): IGraph => ({
  name: 'n',
  notebook: null,
  steps: steps.map(step),
  edges,
  parameters: [],
  cells: []
});

const diamond = graph(
  ['load', 'svm', 'knn', 'compare'],
  [edge('load', 'svm', ['X']), edge('load', 'knn', ['X']), edge('svm', 'compare', ['a']), edge('knn', 'compare', ['b'])]
);

describe('edgeLabel', () => {
  it.each([
    [['X'], 'X'],
    [['X', 'y'], 'X, y'],
    [['X_train', 'y_train'], 'X_train +1'],
    [['X_train', 'y_train', 'X_test', 'y_test'], 'X_train +3'],
    [['a_very_long_name_that_nobody_types'], 'a_very_long…'],
    [['x', 'x'], 'x']
  ])('writes %j', (names, label) => {
    expect(edgeLabel(edge('a', 'b', names))).toBe(label);
  });
});

describe('draw', () => {
  it('goes from top to bottom and puts parallel steps beside each other', async () => {
    const drawing = await draw(diamond);
    const at = Object.fromEntries(drawing.nodes.map(node => [node.step.id, node]));
    expect(at.load.y).toBeLessThan(at.svm.y);
    expect(at.svm.y).toBe(at.knn.y);
    expect(at.compare.y).toBeGreaterThan(at.knn.y);
    expect([at.load.row, at.svm.row, at.knn.row, at.compare.row]).toEqual([0, 1, 1, 2]);
    expect(Math.abs(at.svm.x - at.knn.x)).toBeGreaterThanOrEqual(at.svm.width);
    for (const node of drawing.nodes) {
      expect(node.x).toBeGreaterThanOrEqual(0);
      expect(node.x + node.width).toBeLessThanOrEqual(drawing.width);
      expect(node.y + node.height).toBeLessThanOrEqual(drawing.height);
    }
  });

  it('draws every edge from its source down to its target', async () => {
    const drawing = await draw(diamond);
    expect(drawing.edges.map(drawn => [drawn.edge.source, drawn.edge.target])).toHaveLength(4);
    for (const drawn of drawing.edges) {
      expect(edgePath(drawn.points)).toMatch(/^M[\d.,-]+ .*L[\d.,-]+$/);
      expect(drawn.points[0].y).toBeLessThan(drawn.points[drawn.points.length - 1].y);
    }
  });

  it('draws a single step and leaves out an edge to a step that is not there', async () => {
    const drawing = await draw(graph(['one'], [edge('one', 'gone', ['x'])]));
    expect(drawing.nodes).toHaveLength(1);
    expect(drawing.edges).toHaveLength(0);
  });
});

describe('steps that hand nothing to each other', () => {
  it('stand in a column, in their order, with nothing drawn between them', async () => {
    const drawing = await draw(graph(['a', 'b', 'c'], []));
    expect(drawing.nodes.map(node => node.row)).toEqual([0, 1, 2]);
    expect(drawing.edges).toEqual([]);
  });
});

describe('the width of a node', () => {
  it('has room for the name and for every state', async () => {
    const drawing = await draw(graph(['a', 'a_name_of_some_length'], []));
    const [short, long] = drawing.nodes;
    expect(short.width).toBeGreaterThan('Succeeded'.length * 7);
    expect(long.width).toBeGreaterThan('a_name_of_some_length'.length * 7);
  });

  it('ends where a name would take all the room', async () => {
    const drawing = await draw(graph(['x'.repeat(200)], []));
    expect(drawing.width).toBeLessThan(250);
  });
});

describe('neighbour', () => {
  it('follows the arrow keys', async () => {
    const drawing = await draw(diamond);
    const [left, right] = ['svm', 'knn'].sort(
      (one, other) =>
        drawing.nodes.find(node => node.step.id === one)!.x - drawing.nodes.find(node => node.step.id === other)!.x
    );
    expect(neighbour(drawing, left, 'right')).toBe(right);
    expect(neighbour(drawing, right, 'left')).toBe(left);
    expect(neighbour(drawing, left, 'left')).toBeNull();
    expect(neighbour(drawing, left, 'down')).toBe('compare');
    expect(neighbour(drawing, right, 'up')).toBe('load');
    expect(neighbour(drawing, '', 'down')).toBe('load');
  });
});
