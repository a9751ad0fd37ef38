/** The few words that the primitives themselves say. */
export const uiWords = {
  close: 'Close',
  dismiss: 'Dismiss',
  notifications: 'Messages',
  info: 'Note',
  warn: 'Attention',
  error: 'Error',
  good: 'Done',
} as const;
