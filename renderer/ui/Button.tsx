import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx.js';
import { Spinner } from './Spinner.js';
import styles from './Button.module.css';

export type ButtonProps = ComponentProps<'button'> & {
  /** `primary` once a view at most; `quiet` has no plate until hovered. */
  readonly variant?: 'primary' | 'secondary' | 'quiet' | 'danger';
  readonly size?: 'small' | 'medium';
  readonly icon?: ReactNode;
  /** Shows a spinner in place of the icon and takes no more clicks. */
  readonly busy?: boolean;
};

export const Button = ({ variant = 'secondary', size = 'medium', icon, busy = false, className, children, disabled, ...rest }: ButtonProps) => (
  <button
    type="button"
    {...rest}
    aria-busy={busy || undefined}
    disabled={disabled === true || busy}
    className={cx(styles.button, styles[variant], styles[size], className)}
  >
    {busy ? <Spinner size={14} /> : icon}
    {children}
  </button>
);
