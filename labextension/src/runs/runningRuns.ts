import type { IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import { stopIcon } from '@jupyterlab/ui-components';
import { celliftIcon } from '../icons';
import { stateLabel } from '../states/states';
import type { IRunActions } from './actions';
import type { RunsModel } from './runsModel';

/** The runs that go on, beside kernels and terminals in the Running panel; shutting down means cancelling. */
export function runningRuns(
  model: RunsModel,
  actions: IRunActions,
  trans: TranslationBundle
): IRunningSessions.IManager {
  return {
    name: trans.__('Cellift Runs'),
    running: () =>
      model.active.map(run => ({
        context: run.id,
        icon: () => celliftIcon,
        label: () => run.name,
        labelTitle: () => run.source.path ?? run.name,
        detail: () => stateLabel(run.state, trans),
        open: () => actions.open(run.id),
        shutdown: () => actions.cancel(run.id)
      })),
    refreshRunning: () => {
      void model.refresh();
    },
    runningChanged: model.changed,
    shutdownAll: () => model.active.forEach(run => actions.cancel(run.id)),
    shutdownLabel: trans.__('Stop Run'),
    shutdownAllLabel: trans.__('Stop All'),
    shutdownAllConfirmationText: trans.__('Stop all runs? What their steps have not finished is lost.'),
    shutdownItemIcon: stopIcon
  };
}
