import type { TranslationBundle } from '@jupyterlab/translation';
import type { LabIcon } from '@jupyterlab/ui-components';
import { cachedIcon, cancelledIcon, failedIcon, queuedIcon, runningIcon, skippedIcon, succeededIcon } from '../icons';
import type { RunState } from '../tokens';

/** Whether a run or step in this state may still change. */
export function isActive(state: RunState): boolean {
  return state === 'QUEUED' || state === 'PREPARING' || state === 'RUNNING' || state === 'CANCELLING';
}

/** The icon of a state; its colour comes from CSS by `data-state` on the element around it. */
export function stateIcon(state: RunState): LabIcon {
  return ICONS[state];
}

/** The state in words, in sentence case. */
export function stateLabel(state: RunState, trans: TranslationBundle): string {
  switch (state) {
    case 'QUEUED':
      return trans.__('Queued');
    case 'PREPARING':
      return trans.__('Preparing');
    case 'RUNNING':
      return trans.__('Running');
    case 'SUCCEEDED':
      return trans.__('Succeeded');
    case 'FAILED':
      return trans.__('Failed');
    case 'CANCELLING':
      return trans.__('Cancelling');
    case 'CANCELLED':
      return trans.__('Cancelled');
    case 'SKIPPED':
      return trans.__('Skipped');
    case 'CACHED':
      return trans.__('Cached');
  }
}

const ICONS: Record<RunState, LabIcon> = {
  QUEUED: queuedIcon,
  PREPARING: queuedIcon,
  RUNNING: runningIcon,
  SUCCEEDED: succeededIcon,
  FAILED: failedIcon,
  CANCELLING: cancelledIcon,
  CANCELLED: cancelledIcon,
  SKIPPED: skippedIcon,
  CACHED: cachedIcon
};
