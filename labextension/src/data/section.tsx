import { MenuSvg, ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { MimeData } from '@lumino/coreutils';
import type { Message } from '@lumino/messaging';
import * as React from 'react';
import { CommandIDs, MENU_ITEMS, menuPlaces } from './commands';
import { DataPane } from './components/dataPane';

/** What JupyterLab's file browser drags: paths. */
const CONTENTS_MIME = 'application/x-jupyter-icontents';

/** The section "Data" of the sidebar. */
export class DataSection extends ReactWidget {
  constructor(options: DataSection.IOptions) {
    super();
    this._options = options;
    this.id = 'cellift-data';
    this.addClass('cl-DataSection');
    this.node.dataset.testid = 'cellift-data';
    this._menu = new MenuSvg({ commands: options.commands });
  }

  /** Takes what is dragged from the file browser. */
  handleEvent(event: Event): void {
    const drag = event as IDragEvent;
    if (!drag.mimeData.hasData(CONTENTS_MIME)) {
      return;
    }
    const { browser } = this._options.actions;
    const takes = browser.here !== null && !browser.isReadOnly;
    if (!takes) {
      return;
    }
    drag.preventDefault();
    drag.stopPropagation();
    this.toggleClass('cl-mod-over', drag.type === 'lm-dragenter' || drag.type === 'lm-dragover');
    if (drag.type === 'lm-dragover') {
      drag.dropAction = drag.proposedAction;
    } else if (drag.type === 'lm-drop') {
      drag.dropAction = drag.proposedAction;
      void this._options.actions.import(drag.mimeData.getData(CONTENTS_MIME) as string[]);
    }
  }

  override dispose(): void {
    this._menu.dispose();
    super.dispose();
  }

  protected render(): JSX.Element {
    return <DataPane {...this._options} onMenu={button => this._openMenu(button)} />;
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    DRAGS.forEach(type => this.node.addEventListener(type, this));
    if (this.isVisible) {
      this._begin();
    }
  }

  protected override onBeforeDetach(msg: Message): void {
    DRAGS.forEach(type => this.node.removeEventListener(type, this));
    super.onBeforeDetach(msg);
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._begin();
  }

  /** Nothing is asked of a store before somebody looks. */
  private _begin(): void {
    const { browser, transfers } = this._options.actions;
    void this._options.endpoint.refresh();
    if (!this._hasBegun) {
      this._hasBegun = true;
      void browser.start();
    }
    void transfers.refresh();
  }

  /** What can be done here, and the places that are liked and were visited. */
  private _openMenu(button: HTMLElement): void {
    const menu = this._menu;
    menu.clearItems();
    for (const command of MENU_ITEMS) {
      menu.addItem(command ? { command } : { type: 'separator' });
    }
    const { favourites, recent } = menuPlaces(this._options.actions);
    for (const places of [favourites, recent]) {
      if (places.length) {
        menu.addItem({ type: 'separator' });
      }
      for (const { connection, bucket, prefix } of places) {
        menu.addItem({
          command: CommandIDs.go,
          args: bucket === null ? { connection } : { connection, bucket, prefix }
        });
      }
    }
    const { left, bottom } = button.getBoundingClientRect();
    menu.open(left, bottom);
  }

  private _hasBegun = false;
  private _menu: MenuSvg;
  private _options: DataSection.IOptions;
}

/** Statics of DataSection. */
export namespace DataSection {
  export interface IOptions extends Omit<DataPane.IProps, 'onMenu'> {
    commands: CommandRegistry;
  }
}

/** What of an event of Lumino's drags is used. */
interface IDragEvent extends Event {
  dropAction: string;
  readonly mimeData: MimeData;
  readonly proposedAction: string;
}

const DRAGS = ['lm-dragenter', 'lm-dragover', 'lm-dragleave', 'lm-drop'];
