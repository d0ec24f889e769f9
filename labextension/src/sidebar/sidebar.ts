import type { IStateDB } from '@jupyterlab/statedb';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { nullTranslator } from '@jupyterlab/translation';
import { SidePanel, Toolbar } from '@jupyterlab/ui-components';
import { ArrayExt } from '@lumino/algorithm';
import { Debouncer } from '@lumino/polling';
import type { AccordionPanel } from '@lumino/widgets';
import { Widget } from '@lumino/widgets';
import { celliftIcon } from '../icons';
import type { ISidebar, ISidebarSection } from '../tokens';

/** Where the state of the sections is kept. */
const STATE_KEY = '@cellift/labextension:sidebar';

/** The Cellift sidebar: an accordion whose sections remember whether they are open and how tall they are. */
export class CelliftSidebar extends SidePanel implements ISidebar {
  constructor(options: CelliftSidebar.IOptions) {
    const translator = options.translator ?? nullTranslator;
    super({ toolbar: new Toolbar(), translator });
    const trans = translator.load('cellift');
    this.id = 'cellift-sidebar';
    this.addClass('cl-Sidebar');
    this.node.dataset.testid = 'cellift-sidebar';
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Cellift'));
    this.title.icon = celliftIcon;
    this.title.caption = trans.__('Cellift: pipelines and runs');
    this._state = options.state;
    this._onReveal = options.reveal;
    this._save = new Debouncer(() => this._saveNow(), 500);
    const accordion = this.content as AccordionPanel;
    accordion.expansionToggled.connect(this._onToggled, this);
    accordion.handleMoved.connect(this._onMoved, this);
    this._restored = this._load();
  }

  /** Resolves when the remembered state is known. */
  get restored(): Promise<void> {
    return this._restored;
  }

  addSection(section: ISidebarSection): void {
    const widget = section.widget;
    widget.id = widget.id || section.id;
    widget.title.label = section.title;
    widget.title.icon = section.icon;
    widget.node.dataset.section = section.id;
    const index = ArrayExt.upperBound(this._sections, section.rank, (item, rank) => item.rank - rank);
    ArrayExt.insert(this._sections, index, section);
    this.insertWidget(index, widget);
    this._order(index);
    void this._restored.then(() => this._apply());
  }

  reveal(id: string): void {
    const index = this._sections.findIndex(section => section.id === id);
    if (index !== -1) {
      (this.content as AccordionPanel).expand(index);
    }
    this._onReveal(this);
    // The keyboard goes along: from a section's title, Tab leads into it. In a later frame, as the command palette gives
    // the keyboard back to the notebook when a command was chosen in it.
    requestAnimationFrame(() => {
      if (!this.isDisposed) {
        (this.content as AccordionPanel).titles[Math.max(0, index)]?.focus();
      }
    });
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._save.dispose();
    super.dispose();
  }

  private async _load(): Promise<void> {
    const saved = (await this._state?.fetch(STATE_KEY).catch(() => undefined)) as CelliftSidebar.IState | undefined;
    this._closed = new Set(saved?.closed ?? []);
    this._sizes = saved?.sizes ?? {};
  }

  /** Puts a section where it is seen in the document, too: Tab goes that way, and Lumino appends what comes later. */
  private _order(index: number): void {
    const { titles, widgets } = this.content as AccordionPanel;
    const next = titles[index + 1];
    if (next) {
      next.before(titles[index], widgets[index].node);
    }
  }

  /** Brings the sections that are there into the remembered state. */
  private _apply(): void {
    if (this.isDisposed) {
      return;
    }
    const accordion = this.content as AccordionPanel;
    this._applying = true;
    this._sections.forEach((section, index) => {
      if (this._closed.has(section.id)) {
        accordion.collapse(index);
      }
    });
    const sizes = this._sections.map(section => this._sizes[section.id] ?? 0);
    accordion.setRelativeSizes(
      sizes.every(size => size > 0) ? sizes : this._sections.map(section => section.share ?? 1)
    );
    this._applying = false;
  }

  private _onToggled(_: AccordionPanel, index: number): void {
    const section = this._sections[index];
    if (this._applying || !section) {
      return;
    }
    if (section.widget.isHidden) {
      this._closed.add(section.id);
    } else {
      this._closed.delete(section.id);
    }
    void this._save.invoke();
  }

  private _onMoved(): void {
    void this._save.invoke();
  }

  private async _saveNow(): Promise<void> {
    const sizes = (this.content as AccordionPanel).relativeSizes();
    this._sections.forEach((section, index) => {
      if (!section.widget.isHidden) {
        this._sizes[section.id] = sizes[index];
      }
    });
    await this._state?.save(STATE_KEY, { closed: [...this._closed], sizes: this._sizes });
  }

  private _applying = false;
  private _closed = new Set<string>();
  private _onReveal: (sidebar: Widget) => void;
  private _restored: Promise<void>;
  private _save: Debouncer;
  private _sections: ISidebarSection[] = [];
  private _sizes: Record<string, number> = {};
  private _state: IStateDB | null;
}

/** Statics of CelliftSidebar. */
export namespace CelliftSidebar {
  export interface IOptions {
    /** Where open and closed sections are remembered; null: nowhere. */
    state: IStateDB | null;
    translator: ITranslator | null;
    /** Brings the sidebar to the front. */
    reveal: (sidebar: Widget) => void;
  }

  /** The name at the left of the toolbar. */
  export function createTitle(trans: TranslationBundle): Widget {
    const title = new Widget({ node: document.createElement('h2') });
    title.addClass('cl-Sidebar-title');
    title.node.textContent = trans.__('Cellift');
    return title;
  }

  /** What is remembered. */
  export interface IState {
    closed: string[];
    sizes: Record<string, number>;
  }
}
