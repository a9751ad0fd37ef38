import { errorData, isAbort } from '../../../electron/engine/contract/contract.js';
import type { Slice } from '../slice.js';

export type Theme = 'dark' | 'light' | 'system';
export type DialogName = 'allModels' | 'export' | 'faster' | 'keys' | 'models' | 'providers' | 'settings';

/** A passing message. */
export type Notice = {
  readonly id: number;
  readonly tone: 'info' | 'success' | 'warning' | 'error';
  readonly message: string;
  readonly hint: string | null;
};

export type UiSlice = {
  readonly theme: Theme;
  readonly dialog: DialogName | null;
  readonly queueOpen: boolean;
  readonly panelOpen: boolean;
  /** Which parts have no room of their own now and come as a drawer over the picture instead. */
  readonly folded: { readonly queue: boolean; readonly panel: boolean };
  /** The drawer that is open. */
  readonly drawer: 'queue' | 'panel' | null;
  /** True while files are dragged over the window. */
  readonly dragging: boolean;
  readonly notices: readonly Notice[];
  readonly setTheme: (theme: Theme) => void;
  readonly openDialog: (dialog: DialogName) => void;
  readonly closeDialog: () => void;
  readonly setQueueOpen: (open: boolean) => void;
  readonly setPanelOpen: (open: boolean) => void;
  readonly setFolded: (folded: UiSlice['folded']) => void;
  readonly closeDrawer: () => void;
  readonly toggleQueue: () => void;
  readonly togglePanel: () => void;
  readonly showPanel: () => void;
  readonly setDragging: (dragging: boolean) => void;
  readonly notify: (tone: Notice['tone'], message: string, hint?: string) => void;
  /** Shows what went wrong; says nothing where the user cancelled. */
  readonly notifyError: (error: unknown) => void;
  readonly dismissNotice: (id: number) => void;
};

let nextNotice = 1;
const mostNotices = 4;

export const uiSlice: Slice<UiSlice> = (set, get) => ({
  theme: 'dark',
  dialog: null,
  queueOpen: true,
  panelOpen: true,
  folded: { queue: false, panel: false },
  drawer: null,
  dragging: false,
  notices: [],
  setTheme: (theme) => set({ theme }),
  openDialog: (dialog) => set({ dialog }),
  closeDialog: () => set({ dialog: null }),
  setQueueOpen: (queueOpen) => set({ queueOpen }),
  setPanelOpen: (panelOpen) => set({ panelOpen }),
  setFolded: (folded) => {
    const { drawer } = get();
    set({ folded, drawer: drawer !== null && folded[drawer] ? drawer : null });
  },
  closeDrawer: () => set({ drawer: null }),
  toggleQueue: () => {
    const { folded, drawer, queueOpen } = get();
    set(folded.queue ? { drawer: drawer === 'queue' ? null : 'queue' } : { queueOpen: !queueOpen });
  },
  togglePanel: () => {
    const { folded, drawer, panelOpen } = get();
    set(folded.panel ? { drawer: drawer === 'panel' ? null : 'panel' } : { panelOpen: !panelOpen });
  },
  showPanel: () => set(get().folded.panel ? { drawer: 'panel' } : { panelOpen: true }),
  setDragging: (dragging) => { if (get().dragging !== dragging) set({ dragging }); },
  notify: (tone, message, hint) => {
    const notice = { id: nextNotice++, tone, message, hint: hint ?? null };
    const others = get().notices.filter((other) => other.message !== message);
    set({ notices: [...others, notice].slice(-mostNotices) });
  },
  notifyError: (error) => {
    if (isAbort(error)) return;
    const { message, hint } = errorData(error);
    get().notify('error', message, hint);
  },
  dismissNotice: (id) => set({ notices: get().notices.filter((notice) => notice.id !== id) }),
});
