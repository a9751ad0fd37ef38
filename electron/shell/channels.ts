/** The only channels between preload and main. */
export const channels = { request: 'vovision:request', drop: 'vovision:drop', event: 'vovision:event' } as const;
