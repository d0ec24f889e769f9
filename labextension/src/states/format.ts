import type { TranslationBundle } from '@jupyterlab/translation';

/** How long something took or has been going on, with units; empty when it has not started. */
export function formatDuration(started: string | null, finished: string | null, now: number = Date.now()): string {
  if (!started) {
    return '';
  }
  const end = finished ? Date.parse(finished) : now;
  return formatSeconds(Math.max(0, end - Date.parse(started)) / 1000);
}

/** Seconds with units: `120 ms`, `4.1 s`, `3 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.9995) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 9.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  if (whole < 86_400) {
    return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  }
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** Bytes with binary units: `0 B`, `12 KiB`, `1.2 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A number as people read it: four significant digits, no trailing zeros. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  if (Number.isInteger(value) && Math.abs(value) < 1e9) {
    return String(value);
  }
  return String(Number(value.toPrecision(4)));
}

/** The time of day to the second, as it is told apart from another run's. */
export function formatClock(time: string): string {
  return new Date(time).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23'
  });
}

/** When, as short as it can be: the time of day today, else `yesterday`, else the date. */
export function formatWhen(time: string, trans: TranslationBundle, now: Date = new Date()): string {
  const date = new Date(time);
  const clock = date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  const seconds = (now.getTime() - date.getTime()) / 1000;
  if (seconds < 45) {
    return trans.__('now');
  }
  if (seconds < 3570) {
    return trans.__('%1 min ago', Math.max(1, Math.round(seconds / 60)));
  }
  if (date.toDateString() === now.toDateString()) {
    return clock;
  }
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (date.toDateString() === yesterday.toDateString()) {
    return trans.__('yesterday %1', clock);
  }
  const sameYear = date.getFullYear() === now.getFullYear();
  return date.toLocaleDateString(undefined, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' })
  });
}

/** Date and time in full, for titles. */
export function formatAbsolute(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'medium' });
}
