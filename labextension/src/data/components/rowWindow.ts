/** Height of a row of the list, in pixels; style/data.css has the same. */
export const ROW_HEIGHT = 24;

/** Rows that are drawn beyond what is seen. */
const MARGIN = 12;

/** Rows that are drawn at most, however tall the list is. */
const MOST_DRAWN = 200;

/** The rows that are drawn for what is seen: from the first up to, without, the end. */
export function rowWindow(top: number, height: number, count: number): { start: number; end: number } {
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - MARGIN);
  const start = Math.min(first, Math.max(0, count - 1));
  const seen = Math.ceil(height / ROW_HEIGHT) + 2 * MARGIN;
  return { start, end: Math.min(count, start + Math.min(seen, MOST_DRAWN)) };
}

/** Where the list must be scrolled to so that a row is seen whole. */
export function scrollTo(index: number, top: number, height: number): number {
  const start = index * ROW_HEIGHT;
  return start < top ? start : Math.max(top, start + ROW_HEIGHT - height);
}
