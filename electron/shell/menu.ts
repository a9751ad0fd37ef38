import { app, Menu, type MenuItemConstructorOptions } from 'electron';

const mac = process.platform === 'darwin';

/**
 * The smallest menu that keeps the system's own keys (copy, quit, full screen) working. Everything
 * else has its place and its keys in the page.
 */
export const installMenu = (openVideos: () => void): void => {
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Open videos…', accelerator: 'CmdOrCtrl+O', click: openVideos },
        { type: 'separator' },
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'togglefullscreen' },
        { type: 'separator' },
        { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' },
        ...(app.isPackaged ? [] : [{ type: 'separator' } as const, { role: 'reload' } as const, { role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
};
