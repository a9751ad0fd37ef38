/** The few words that the primitives themselves say. */
export const uiWords = {
  close: 'Close',
  dismiss: 'Dismiss',
  notifications: 'Messages',
  info: 'Note',
  warning: 'Attention',
  error: 'Error',
  success: 'Done',
} as const;
