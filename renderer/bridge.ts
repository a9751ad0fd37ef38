import { errorFromData, type Answers, type DesktopBridge, type EventName, type Events, type PageBridge } from '../electron/engine/contract/contract.js';
import { connectBrowserHost } from './bridge-browser.js';

declare global {
  interface Window {
    /** Put there by the desktop shell's preload. */
    readonly vovision?: DesktopBridge;
  }
}

const connectDesktop = (shell: DesktopBridge): PageBridge => ({
  request: async (name, args) => {
    const answer = await shell.request(name, args);
    if (!answer.ok) throw errorFromData(answer.error);
    return answer.value as Answers[typeof name];
  },
  on: <Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void) =>
    shell.on(name, (payload) => listener(payload as Events[Name])),
  drop: (files) => shell.drop(files),
});

/** The page's one way out: the desktop shell where there is one, else the browser host's socket. */
export const bridge: PageBridge = window.vovision ? connectDesktop(window.vovision) : connectBrowserHost();
