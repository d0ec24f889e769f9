import { StateDB } from '@jupyterlab/statedb';
import type { AccordionPanel } from '@lumino/widgets';
import { Widget } from '@lumino/widgets';
import { until } from '../../__tests__/fakeClient';
import { CelliftSidebar } from '../sidebar';

describe('CelliftSidebar', () => {
  let state: StateDB;
  let sidebar: CelliftSidebar;
  let revealed: number;

  const make = () => {
    sidebar = new CelliftSidebar({ state, translator: null, reveal: () => (revealed += 1) });
    sidebar.addSection({ id: 'runs', title: 'Runs', widget: new Widget(), rank: 20 });
    sidebar.addSection({ id: 'pipeline', title: 'Pipeline', widget: new Widget(), rank: 10 });
    sidebar.addSection({ id: 'data', title: 'Data', widget: new Widget(), rank: 30 });
    Widget.attach(sidebar, document.body);
  };
  const accordion = () => sidebar.content as AccordionPanel;

  beforeEach(() => {
    state = new StateDB();
    revealed = 0;
  });

  afterEach(() => sidebar.dispose());

  it('orders the sections by rank, not by who comes first', () => {
    make();
    expect(sidebar.widgets.map(widget => widget.title.label)).toEqual(['Pipeline', 'Runs', 'Data']);
    // In the document, too: that is the order in which Tab goes.
    const nodes = [...sidebar.content.node.querySelectorAll('.lm-AccordionPanel-title, [data-section]')];
    expect(nodes.map(node => (node as HTMLElement).dataset.section ?? node.textContent)).toEqual([
      'Pipeline',
      'pipeline',
      'Runs',
      'runs',
      'Data',
      'data'
    ]);
  });

  it('remembers which sections are closed', async () => {
    make();
    await sidebar.restored;
    (accordion().titles[1] as HTMLElement).click();
    expect(sidebar.widgets[1].isHidden).toBe(true);
    const saves: string[] = [];
    state.changed.connect((_, change) => saves.push(change.id ?? ''));
    await until(() => saves.length > 0);
    const saved = await state.fetch('@cellift/labextension:sidebar');
    expect((saved as unknown as CelliftSidebar.IState).closed).toEqual(['runs']);
    sidebar.dispose();
    make();
    await sidebar.restored;
    await until(() => sidebar.widgets[1].isHidden);
    expect(sidebar.widgets[0].isHidden).toBe(false);
  });

  it('opens the section that is asked for, and itself', async () => {
    make();
    await sidebar.restored;
    accordion().collapse(2);
    sidebar.reveal('data');
    expect(sidebar.widgets[2].isHidden).toBe(false);
    expect(revealed).toBe(1);
  });

  it('takes the keyboard to the section that is asked for', async () => {
    make();
    await sidebar.restored;
    sidebar.reveal('runs');
    await until(() => document.activeElement === accordion().titles[1]);
    sidebar.reveal('');
    await until(() => document.activeElement === accordion().titles[0]);
  });

  it('works without a place to remember', async () => {
    sidebar = new CelliftSidebar({ state: null, translator: null, reveal: () => undefined });
    sidebar.addSection({ id: 'runs', title: 'Runs', widget: new Widget(), rank: 20 });
    await sidebar.restored;
    expect(sidebar.widgets).toHaveLength(1);
  });
});
