import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
/* eslint-disable jupyter/prefer-lazy-imports -- all of it is needed by the first notebook */
import { NotebookAnnouncer } from '../pipeline/announce';
import { KernelExtensionLoader } from '../pipeline/autoload';
import { addPipelineCommands, SECTION_ID } from '../pipeline/commands';
import { stepIcon } from '../pipeline/icons';
import { Pipelines } from '../pipeline/registry';
import { PipelineSection } from '../pipeline/section';
/* eslint-enable jupyter/prefer-lazy-imports */
import { IPipelines } from '../pipeline/tokens';
import { ICellift, ISidebar } from '../tokens';

const PLUGIN_ID = '@cellift/labextension:pipeline';

/** Shows and runs the pipeline of the notebook in front, and provides the pipelines of all open notebooks. */
const plugin: JupyterFrontEndPlugin<IPipelines> = {
  id: PLUGIN_ID,
  description: 'Shows and runs the pipeline of the current notebook.',
  autoStart: true,
  provides: IPipelines,
  requires: [ICellift, INotebookTracker],
  optional: [ISidebar, IStateDB, ISettingRegistry, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    cellift: ICellift,
    tracker: INotebookTracker,
    sidebar: ISidebar | null,
    state: IStateDB | null,
    settings: ISettingRegistry | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): IPipelines => {
    const trans = (translator ?? nullTranslator).load('cellift');
    const { commands } = app;
    const pipelines = new Pipelines({ tracker, cellift, state, trans });
    addPipelineCommands({ commands, tracker, pipelines, sidebar, palette, trans });

    sidebar?.addSection({
      id: SECTION_ID,
      title: trans.__('Pipeline'),
      icon: stepIcon,
      rank: 10,
      share: 2,
      widget: new PipelineSection({ pipelines, commands, trans })
    });

    new NotebookAnnouncer({ panelOf: notebook => tracker.find(panel => panel.content === notebook) });
    const loader = new KernelExtensionLoader();
    tracker.widgetAdded.connect((_, panel) => loader.watch(panel));
    tracker.forEach(panel => loader.watch(panel));
    settings
      ?.load(PLUGIN_ID)
      .then(setting => {
        const apply = () => {
          loader.enabled = setting.get('autoloadKernelExtension').composite !== false;
        };
        setting.changed.connect(apply);
        apply();
      })
      .catch(error => console.error(`Cellift: the settings of ${PLUGIN_ID} could not be read`, error));
    return pipelines;
  }
};

export default plugin;
