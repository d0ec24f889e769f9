import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { createToolbarFactory, ICommandPalette, IToolbarWidgetRegistry, setToolbar } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { settingsIcon } from '@jupyterlab/ui-components';
import { celliftIcon } from '../icons';
// eslint-disable-next-line jupyter/prefer-lazy-imports -- needed at once
import { CelliftSidebar } from '../sidebar/sidebar';
import { ISidebar } from '../tokens';

const PLUGIN_ID = '@cellift/labextension:sidebar';

/** Name under which settings schemas add buttons to the sidebar's toolbar. */
const TOOLBAR_FACTORY = 'CelliftSidebar';

namespace CommandIDs {
  export const showSidebar = 'cellift:show-sidebar';
  export const openSettings = 'cellift:open-settings';
}

/** Provides the left sidebar, to which the other plugins add their sections. */
const plugin: JupyterFrontEndPlugin<ISidebar> = {
  id: PLUGIN_ID,
  description: 'Provides the Cellift sidebar.',
  autoStart: true,
  provides: ISidebar,
  optional: [
    IStateDB,
    ISettingRegistry,
    IToolbarWidgetRegistry,
    ILayoutRestorer,
    ILabShell,
    ICommandPalette,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    state: IStateDB | null,
    settings: ISettingRegistry | null,
    toolbars: IToolbarWidgetRegistry | null,
    restorer: ILayoutRestorer | null,
    labShell: ILabShell | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): ISidebar => {
    const trans = (translator ?? nullTranslator).load('cellift');
    const { commands, shell } = app;
    const sidebar = new CelliftSidebar({
      state,
      translator,
      reveal: widget => {
        // Notebook 7 closes a panel of its left area that is open already when it is activated again.
        if (labShell || !widget.isVisible) {
          shell.activateById(widget.id);
        }
      }
    });

    commands.addCommand(CommandIDs.showSidebar, {
      label: trans.__('Show Cellift'),
      caption: trans.__('Open the Cellift sidebar'),
      icon: celliftIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: { section: { type: 'string', description: trans.__('Id of the section to open') } }
        }
      },
      execute: args => sidebar.reveal(typeof args.section === 'string' ? args.section : '')
    });
    commands.addCommand(CommandIDs.openSettings, {
      label: trans.__('Cellift Settings'),
      caption: trans.__('Change the settings of Cellift'),
      icon: settingsIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      isVisible: () => commands.hasCommand('settingeditor:open'),
      execute: () => commands.execute('settingeditor:open', { query: 'Cellift' })
    });
    for (const command of [CommandIDs.showSidebar, CommandIDs.openSettings]) {
      palette?.addItem({ command, category: trans.__('Cellift') });
    }

    // The settings editor may be activated after this plugin.
    void app.restored.then(() => commands.notifyCommandChanged(CommandIDs.openSettings));

    if (settings && toolbars) {
      toolbars.addFactory(TOOLBAR_FACTORY, 'title', () => CelliftSidebar.createTitle(trans));
      setToolbar(
        sidebar,
        createToolbarFactory(toolbars, settings, TOOLBAR_FACTORY, PLUGIN_ID, translator ?? nullTranslator)
      );
    }
    shell.add(sidebar, 'left', { rank: 300, type: 'Cellift' });
    restorer?.add(sidebar, sidebar.id);
    return sidebar;
  }
};

export default plugin;
