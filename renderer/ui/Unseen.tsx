import type { ReactNode } from 'react';
import styles from './Unseen.module.css';

export type UnseenProps = {
  /** Read out whenever it changes: `status` once the voice is free. */
  readonly live?: 'status' | 'polite' | undefined;
  readonly children: ReactNode;
};

/** Text for screen readers alone. */
export const Unseen = ({ live, children }: UnseenProps) => (
  <span className={styles.unseen} {...(live === 'status' && { role: 'status' })} {...(live === 'polite' && { 'aria-live': 'polite' })}>{children}</span>
);
