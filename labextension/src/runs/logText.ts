/** Lines that are kept; older ones are dropped and can be loaded again. */
const MAX_LINES = 20_000;

/** The loaded part of a log as lines; immutable, so that views see by identity what changed. */
export class LogText {
  /**
   * @param lines - the lines; the last one is not ended by a line feed (it may be empty)
   * @param dropped - how many lines were dropped at the beginning because there were too many
   * @param first - number of the first line; counts down when earlier lines come in front
   */
  constructor(
    readonly lines: readonly string[] = [''],
    readonly dropped = 0,
    readonly first = 0
  ) {}

  /** Size of the lines in UTF-8. */
  get bytes(): number {
    const encoder = new TextEncoder();
    return this.lines.reduce((sum, line) => sum + encoder.encode(line).length + 1, -1);
  }

  get isEmpty(): boolean {
    return this.lines.length === 1 && this.lines[0] === '';
  }

  /** The lines with more text at the end. */
  append(text: string): LogText {
    const added = text.split('\n');
    const lines = [...this.lines];
    lines[lines.length - 1] += added[0];
    for (let i = 1; i < added.length; i++) {
      lines.push(added[i]);
    }
    const excess = Math.max(0, lines.length - MAX_LINES);
    return new LogText(excess ? lines.slice(excess) : lines, this.dropped + excess, this.first + excess);
  }

  /** The lines with earlier text in front of them. */
  prepend(text: string): LogText {
    const added = text.split('\n');
    const last = added.pop() ?? '';
    return new LogText([...added, last + this.lines[0], ...this.lines.slice(1)], 0, this.first - added.length);
  }
}
