import {
  errorFromData,
  type Answers, type DesktopBridge, type Dropped, type EventName, type Events, type PageBridge, type Settled,
} from '../electron/engine/contract/contract.js';
import { connectBrowserHost } from './bridge-browser.js';

declare global {
  interface Window {
    /** Put there by the desktop shell's preload. */
    readonly vovision?: DesktopBridge;
  }
}

const valueOf = async (answer: Promise<Settled>): Promise<unknown> => {
  const settled = await answer;
  if (!settled.ok) throw errorFromData(settled.error);
  return settled.value;
};

const connectDesktop = (shell: DesktopBridge): PageBridge => ({
  request: async (name, args) => (await valueOf(shell.request(name, args))) as Answers[typeof name],
  on: <Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void) =>
    shell.on(name, (payload) => listener(payload as Events[Name])),
  drop: async (files) => (await valueOf(shell.drop(files))) as readonly Dropped[],
});

/** The page's one way out: the desktop shell where there is one, else the browser host's socket. */
export const bridge: PageBridge = window.vovision ? connectDesktop(window.vovision) : connectBrowserHost();
