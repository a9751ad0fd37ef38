import type { ReactNode } from 'react';
import styles from './Field.module.css';

export type FieldProps = {
  readonly label: string;
  /** A quieter line that explains it. */
  readonly hint?: ReactNode;
  /** The id of the control, where it has one. */
  readonly control?: string | undefined;
  readonly children: ReactNode;
};

/** A row of a form: what it is on the left, the control on the right. */
export const Field = ({ label, hint, control, children }: FieldProps) => (
  <div className={styles.field}>
    <label className={styles.text} htmlFor={control}>
      <span>{label}</span>
      {hint !== undefined && <span className={styles.hint}>{hint}</span>}
    </label>
    {children}
  </div>
);
