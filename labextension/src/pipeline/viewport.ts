/** Which part of a drawing is seen: drawing coordinates times `scale`, moved by `x`, `y`, in pixels. */
export interface IView {
  x: number;
  y: number;
  scale: number;
}

/** A width and a height, in pixels. */
export interface ISize {
  width: number;
  height: number;
}

/** Smallest and largest zoom. */
const SCALE = { least: 0.2, most: 2.5 };

/** The zoom below which texts are too small to be read. */
const READABLE = 0.45;

/** How much of the drawing stays in the window however far it is moved, in pixels. */
const KEEP = 32;

/** The view that shows the whole drawing in the middle of the window, never larger than life. */
export function fitView(drawing: ISize, window: ISize): IView {
  const scale = Math.max(
    SCALE.least,
    Math.min(1, window.width / Math.max(1, drawing.width), window.height / Math.max(1, drawing.height))
  );
  return {
    scale,
    x: (window.width - drawing.width * scale) / 2,
    y: Math.max(0, (window.height - drawing.height * scale) / 2)
  };
}

/** The view to begin with: all of it, unless it could not be read then; in that case its upper part. */
export function firstView(drawing: ISize, window: ISize): IView {
  const fitted = fitView(drawing, window);
  if (fitted.scale >= READABLE) {
    return fitted;
  }
  return { scale: READABLE, x: Math.min(0, (window.width - drawing.width * READABLE) / 2), y: 0 };
}

/** How high the window is: as the drawing at the zoom that it begins with, within the limits. */
export function frameHeight(drawing: ISize, width: number, limits: { least: number; most: number }): number {
  const scale = Math.max(READABLE, Math.min(1, width / Math.max(1, drawing.width)));
  return Math.round(Math.min(limits.most, Math.max(limits.least, drawing.height * scale)));
}

/** Zooms by a factor; the point of the window at `x`, `y` stays where it is. */
export function zoomAt(view: IView, factor: number, x: number, y: number): IView {
  const scale = Math.min(SCALE.most, Math.max(SCALE.least, view.scale * factor));
  const real = scale / view.scale;
  return { scale, x: x - (x - view.x) * real, y: y - (y - view.y) * real };
}

/** Moves the drawing. */
export function panBy(view: IView, x: number, y: number): IView {
  return { ...view, x: view.x + x, y: view.y + y };
}

/** Brings a view back so far that a part of the drawing can be seen. */
export function clampView(view: IView, drawing: ISize, window: ISize): IView {
  const clamp = (value: number, size: number, room: number) => Math.min(room - KEEP, Math.max(KEEP - size, value));
  return {
    scale: view.scale,
    x: clamp(view.x, drawing.width * view.scale, window.width),
    y: clamp(view.y, drawing.height * view.scale, window.height)
  };
}
