import { screen, type BrowserWindow, type Rectangle } from 'electron';
import { join } from 'node:path';
import { z } from 'zod';
import { JsonFile } from '../host/json-file.js';

const schema = z.object({
  x: z.number().int(), y: z.number().int(), width: z.number().int().min(400), height: z.number().int().min(300), maximized: z.boolean(),
});
export type WindowState = z.output<typeof schema>;

const overlap = (a: Rectangle, b: Rectangle): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) * Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));

/** Where the window was, kept over restarts. */
export class WindowStates {
  readonly #file: JsonFile<WindowState>;

  constructor(dataFolder: string) {
    this.#file = new JsonFile(join(dataFolder, 'window.json'), schema, 1);
  }

  /** Where it was last time, if a screen is still there. */
  async last(): Promise<WindowState | null> {
    const state = await this.#file.read();
    const seen = state !== null && screen.getAllDisplays().some(({ workArea }) => overlap(workArea, state) > 10_000);
    return seen ? state : null;
  }

  watch(window: BrowserWindow): void {
    window.on('close', () => {
      const state = { ...window.getNormalBounds(), maximized: window.isMaximized() };
      void this.#file.write(state).catch(() => undefined);
    });
  }
}
