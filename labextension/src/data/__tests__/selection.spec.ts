import { Selection } from '../selection';

describe('Selection', () => {
  it('selects one alone, more with Ctrl, and a range with Shift', () => {
    const selection = new Selection();
    selection.choose(5);
    expect([selection.indexes, selection.only]).toEqual([[5], 5]);
    selection.extend(3);
    expect(selection.indexes).toEqual([3, 4, 5]);
    selection.extend(7);
    expect(selection.indexes).toEqual([5, 6, 7]);
    selection.toggle(6);
    selection.toggle(1);
    expect(selection.indexes).toEqual([1, 5, 7]);
    expect([selection.only, selection.focus]).toEqual([-1, 1]);
  });

  it('leaves what is selected where the keyboard alone goes', () => {
    const selection = new Selection();
    selection.choose(0);
    selection.moveFocus(2);
    expect([selection.indexes, selection.focus]).toEqual([[0], 2]);
    selection.clear();
    selection.extend(4);
    expect(selection.indexes).toEqual([2, 3, 4]);
  });
});
