import { useStore } from 'zustand';
import { bridge } from '../bridge.js';
import { createApp } from './create.js';
import type { App } from './slice.js';

/** The one store of the page. */
export const app = createApp(bridge);

/** A part of the store; the component is drawn again when that part changes. */
export const useApp = <Part>(select: (app: App) => Part): Part => useStore(app, select);
