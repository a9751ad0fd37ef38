export const helpWords = {
  title: 'Keys',
  description: 'They work wherever nothing is being typed.',
  search: 'Find a key or an action',
  noMatch: (text: string) => `Nothing is called “${text}”.`,
} as const;
