import { clampView, firstView, fitView, frameHeight, panBy, zoomAt } from '../viewport';

const drawing = { width: 400, height: 800 };
const frame = { width: 200, height: 300 };

describe('the view of a drawing', () => {
  it('fits all of it in the middle', () => {
    const view = fitView(drawing, frame);
    expect(view.scale).toBeCloseTo(300 / 800);
    expect(view.x).toBeCloseTo((200 - 400 * view.scale) / 2);
  });

  it('never shows a small drawing larger than life', () => {
    expect(fitView({ width: 50, height: 50 }, frame).scale).toBe(1);
  });

  it('begins with all of it, or with what can be read of it', () => {
    expect(firstView({ width: 300, height: 300 }, frame)).toEqual(fitView({ width: 300, height: 300 }, frame));
    const large = firstView({ width: 4000, height: 8000 }, frame);
    expect(large.scale).toBeGreaterThan(0.4);
    expect(large.y).toBe(0);
  });

  it('is as high as the drawing at the zoom it begins with, also when not all of it can be read at once', () => {
    const limits = { least: 72, most: 460 };
    expect(frameHeight({ width: 100, height: 300 }, 200, limits)).toBe(300);
    expect(frameHeight({ width: 400, height: 400 }, 200, limits)).toBe(200);
    expect(frameHeight({ width: 4000, height: 800 }, 200, limits)).toBe(360);
    expect(frameHeight({ width: 4000, height: 8000 }, 200, limits)).toBe(460);
    expect(frameHeight({ width: 10, height: 10 }, 200, limits)).toBe(72);
  });

  it('keeps the point under the pointer when it zooms', () => {
    const before = { x: 10, y: 20, scale: 0.5 };
    const after = zoomAt(before, 2, 60, 80);
    expect((60 - after.x) / after.scale).toBeCloseTo((60 - before.x) / before.scale);
    expect((80 - after.y) / after.scale).toBeCloseTo((80 - before.y) / before.scale);
  });

  it('cannot be lost by moving', () => {
    const view = clampView(panBy(fitView(drawing, frame), 5000, -5000), drawing, frame);
    expect(view.x).toBeLessThan(frame.width);
    expect(view.y + drawing.height * view.scale).toBeGreaterThan(0);
  });
});
