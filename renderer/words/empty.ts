export const emptyWords = {
  title: 'Drop videos here',
  text: 'See what happens in them: boxes on every frame, and how fast this machine finds them.',
  private: 'Nothing leaves this computer.',
  open: 'Open videos',
  sample: 'Try the sample',
  recents: 'Opened before',
  reopen: (name: string) => `Open ${name} again`,
  forget: (name: string) => `Take ${name} off this list`,
  missing: 'not there any more',
  today: 'today',
  yesterday: 'yesterday',
} as const;
