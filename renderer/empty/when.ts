import { emptyWords } from '../words/empty.js';

const day = 86_400_000;
const dayOf = (time: number): number => {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
};

/** The day something was opened, as people say it. Both in milliseconds since 1970. */
export const whenOpened = (openedAt: number, now: number): string => {
  const days = Math.round((dayOf(now) - dayOf(openedAt)) / day);
  if (days <= 0) return emptyWords.today;
  if (days === 1) return emptyWords.yesterday;
  const date = new Date(openedAt);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', ...(!sameYear && { year: 'numeric' }) });
};
