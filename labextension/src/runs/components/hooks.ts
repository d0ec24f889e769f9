import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

/** Renders again when the signal is emitted. */
export function useSignal(signal: ISignal<unknown, unknown>): void {
  const [, update] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const slot = () => update();
    signal.connect(slot);
    return () => {
      signal.disconnect(slot);
    };
  }, [signal]);
}

/** The time, going on every second while `running` (and the page is visible), in milliseconds. */
export function useNow(running: boolean): number {
  const [now, setNow] = React.useState(() => Date.now());
  React.useEffect(() => {
    if (!running) {
      return;
    }
    setNow(Date.now());
    const timer = window.setInterval(() => {
      if (!document.hidden) {
        setNow(Date.now());
      }
    }, 1000);
    return () => window.clearInterval(timer);
  }, [running]);
  return running ? now : Date.now();
}
