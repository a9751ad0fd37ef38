import { errorData, isAbort } from '../../../electron/engine/contract/contract.js';
import type { Slice } from '../slice.js';

export type Theme = 'dark' | 'light' | 'system';
export type DialogName = 'export' | 'keys' | 'models' | 'providers' | 'settings';

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
  /** True while files are dragged over the window. */
  readonly dragging: boolean;
  readonly notices: readonly Notice[];
  readonly setTheme: (theme: Theme) => void;
  readonly openDialog: (dialog: DialogName) => void;
  readonly closeDialog: () => void;
  readonly setQueueOpen: (open: boolean) => void;
  readonly setPanelOpen: (open: boolean) => void;
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
  dragging: false,
  notices: [],
  setTheme: (theme) => set({ theme }),
  openDialog: (dialog) => set({ dialog }),
  closeDialog: () => set({ dialog: null }),
  setQueueOpen: (queueOpen) => set({ queueOpen }),
  setPanelOpen: (panelOpen) => set({ panelOpen }),
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
