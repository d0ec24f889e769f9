import type { ISessionContext } from '@jupyterlab/apputils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { Throttler } from '@lumino/polling';
import { hasSteps } from '../cells/marks';

/** How often a notebook that changes is asked whether it has steps by now, in milliseconds. */
const LOOK_EVERY = 1000;

/**
 * One expression, so that no name is left behind in the user's namespace; a kernel whose environment has no Cellift
 * stays as it is.
 */
const LOAD =
  "__import__('importlib.util').util.find_spec('cellift') and get_ipython().extension_manager.load_extension('cellift')";

/** Loads Cellift's kernel extension into the kernels of notebooks with steps, so that `%%step` works at once. */
export class KernelExtensionLoader {
  /** Whether kernels are touched at all. */
  get enabled(): boolean {
    return this._enabled;
  }
  set enabled(enabled: boolean) {
    this._enabled = enabled;
  }

  /** Follows the kernel of a notebook: a new one and a restarted one are given the extension again. */
  watch(panel: NotebookPanel): void {
    const session = panel.sessionContext;
    const look = new Throttler(() => this._look(panel), { limit: LOOK_EVERY, edge: 'trailing' });
    session.statusChanged.connect((_, status) => {
      if (status === 'restarting' || status === 'autorestarting' || status === 'starting') {
        this._loaded.delete(session);
      } else if (status === 'idle') {
        this._look(panel);
      }
    });
    session.kernelChanged.connect(() => this._loaded.delete(session));
    panel.disposed.connect(() => look.dispose());
    void panel.context.ready.then(() => {
      panel.content.model?.contentChanged.connect(() => {
        if (!this._loaded.has(session)) {
          void look.invoke();
        }
      });
      this._look(panel);
    });
  }

  private _look(panel: NotebookPanel): void {
    const session = panel.sessionContext;
    const kernel = session.session?.kernel;
    const model = panel.content.model;
    if (!this._enabled || panel.isDisposed || !kernel || !model || this._loaded.get(session) === kernel.id) {
      return;
    }
    if (kernel.status !== 'idle' || !hasSteps(model.sharedModel.cells)) {
      return;
    }
    this._loaded.set(session, kernel.id);
    this._load(kernel).catch(error => console.debug('Cellift: the kernel extension was not loaded', error));
  }

  private async _load(kernel: Kernel.IKernelConnection): Promise<void> {
    const info = await kernel.info;
    if (info.language_info.name !== 'python') {
      return;
    }
    await kernel.requestExecute({ code: LOAD, silent: true, store_history: false, stop_on_error: false }).done;
  }

  private _enabled = true;
  /** The kernel that was given the extension, by session. */
  private _loaded = new WeakMap<ISessionContext, string>();
}
