import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';

/**
 * Asks before objects are deleted where JupyterLab has said that they go to the trash: buckets have none.
 *
 * JupyterLab deletes what is selected all at once, so one question is asked for all of it.
 */
export class Deletion {
  constructor(private _trans: TranslationBundle) {}

  /** Whether the object or folder may be deleted. */
  async isAllowed(name: string): Promise<boolean> {
    if (PageConfig.getOption('delete_to_trash').toLowerCase() !== 'true') {
      return true; // JupyterLab has asked with the right words
    }
    this._names.push(name);
    // After a turn of the loop all that is selected has been named.
    this._question ??= new Promise<void>(resolve => setTimeout(resolve)).then(() => this._ask());
    return this._question;
  }

  private async _ask(): Promise<boolean> {
    const names = this._names;
    this._names = [];
    this._question = null;
    const trans = this._trans;
    const { button } = await showDialog({
      title: trans.__('Delete for Good?'),
      body:
        names.length === 1
          ? trans.__('Buckets have no trash. “%1” can be brought back only if its bucket keeps versions.', names[0])
          : trans.__(
              'Buckets have no trash. “%1” and %2 more can be brought back only if their bucket keeps versions.',
              names[0],
              names.length - 1
            ),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })],
      defaultButton: 0
    });
    return button.accept;
  }

  private _names: string[] = [];
  private _question: Promise<boolean> | null = null;
}
