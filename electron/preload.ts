import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { DesktopBridge, EventName, Settled } from './engine/contract/contract.js';
import { channels } from './shell/channels.js';

type Listener = (payload: unknown) => void;
const listeners = new Map<string, Set<Listener>>();

ipcRenderer.on(channels.event, (_event, name: EventName, payload: unknown) => {
  for (const listener of listeners.get(name) ?? []) listener(payload);
});

const bridge: DesktopBridge = {
  request: (name, args) => ipcRenderer.invoke(channels.request, name, args) as Promise<Settled>,
  on: (name, listener) => {
    const heard = listeners.get(name) ?? new Set<Listener>();
    listeners.set(name, heard);
    heard.add(listener);
    return () => void heard.delete(listener);
  },
  // The paths go straight to the main process; the page never learns them.
  drop: (files) => ipcRenderer.invoke(channels.drop, files.map((file) => webUtils.getPathForFile(file))) as Promise<Settled>,
};

contextBridge.exposeInMainWorld('vovision', bridge);
