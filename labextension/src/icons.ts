import { LabIcon } from '@jupyterlab/ui-components';
import cancelledSvg from '../style/icons/cancelled.svg';
import celliftSvg from '../style/icons/cellift.svg';
import failedSvg from '../style/icons/failed.svg';
import queuedSvg from '../style/icons/queued.svg';
import cachedSvg from '../style/icons/cached.svg';
import runningSvg from '../style/icons/running.svg';
import skippedSvg from '../style/icons/skipped.svg';
import succeededSvg from '../style/icons/succeeded.svg';

/** Cellift: a cell (hexagon) with a lifting arrow. */
export const celliftIcon = new LabIcon({ name: 'cellift:logo', svgstr: celliftSvg });

/** Icons of the states of runs and steps. */
export const succeededIcon = new LabIcon({ name: 'cellift:succeeded', svgstr: succeededSvg });
export const failedIcon = new LabIcon({ name: 'cellift:failed', svgstr: failedSvg });
export const runningIcon = new LabIcon({ name: 'cellift:running', svgstr: runningSvg });
export const queuedIcon = new LabIcon({ name: 'cellift:queued', svgstr: queuedSvg });
export const cancelledIcon = new LabIcon({ name: 'cellift:cancelled', svgstr: cancelledSvg });
export const skippedIcon = new LabIcon({ name: 'cellift:skipped', svgstr: skippedSvg });
export const cachedIcon = new LabIcon({ name: 'cellift:cached', svgstr: cachedSvg });
