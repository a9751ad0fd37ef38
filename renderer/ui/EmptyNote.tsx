import type { ReactNode } from 'react';
import styles from './EmptyNote.module.css';

export type EmptyNoteProps = { readonly icon?: ReactNode; readonly title: string; readonly children?: ReactNode; readonly action?: ReactNode };

/** What a place says while there is nothing in it. */
export const EmptyNote = ({ icon, title, children, action }: EmptyNoteProps) => (
  <div className={styles.note}>
    {icon !== undefined && <span className={styles.icon}>{icon}</span>}
    <p className={styles.title}>{title}</p>
    {children !== undefined && <p className={styles.body}>{children}</p>}
    {action !== undefined && <div className={styles.action}>{action}</div>}
  </div>
);
