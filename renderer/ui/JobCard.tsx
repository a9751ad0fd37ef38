import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { IconButton } from './IconButton.js';
import styles from './JobCard.module.css';

export type JobCardProps = {
  /** A spinner, or how it ended. */
  readonly mark: ReactNode;
  readonly title: string;
  /** What the button at the corner does: cancel, or take the card away. */
  readonly closeLabel: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** Work in the background, small and out of the way: how far it is, and how it ended. Its title is read out, figures are not. */
export const JobCard = ({ mark, title, closeLabel, onClose, children }: JobCardProps) => (
  <div className={styles.card}>
    <span className={styles.mark}>{mark}</span>
    <div className={styles.text}>
      <p className={styles.title} role="status">{title}</p>
      {children}
    </div>
    <IconButton label={closeLabel} size="small" side="left" onClick={onClose}>
      <X size={14} />
    </IconButton>
  </div>
);

/** Figures of a card's progress, in a row. */
export const JobFigures = ({ title, children }: { readonly title?: string | undefined; readonly children: ReactNode }) => (
  <p className={styles.figures} {...(title !== undefined && { title })}>{children}</p>
);

/** A quieter line of a card. */
export const JobDetail = ({ children }: { readonly children: ReactNode }) => <p className={styles.detail} data-selectable>{children}</p>;
