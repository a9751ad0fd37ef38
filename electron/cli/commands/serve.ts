import { startBrowserHost } from '../../host/browser.js';
import type { Command } from '../command.js';

/** `vovision serve`: see docs/cli.md. */
export const serve: Command = {
  spec: {
    name: 'serve',
    summary: 'Opens the page and the engine to a browser on this machine, and to nobody else.',
    positionals: ['VIDEO'],
    required: 0,
    many: true,
    options: {
      port: { type: 'number', range: [0, 65_535], help: 'port on the loopback address (any free one)' },
    },
  },
  run: async (args, output, signal) => {
    const host = await startBrowserHost({ port: args.number('port') ?? 0, open: args.positionals });
    output.answer({ url: host.url }, host.url);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await host.close();
    return 0;
  },
};
