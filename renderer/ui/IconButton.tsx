import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx.js';
import { Tooltip, type Side } from './Tooltip.js';
import styles from './IconButton.module.css';

export type IconButtonProps = Omit<ComponentProps<'button'>, 'aria-label'> & {
  /** Said by screen readers and shown on hover. */
  readonly label: string;
  /** Key that does the same, shown in the tooltip. */
  readonly keys?: string | undefined;
  readonly side?: Side | undefined;
  /** Makes it a toggle. */
  readonly pressed?: boolean | undefined;
  readonly size?: 'small' | 'medium' | 'large';
  readonly children: ReactNode;
};

export const IconButton = ({ label, keys, side, pressed, size = 'medium', className, children, ...rest }: IconButtonProps) => (
  <Tooltip content={label} keys={keys} side={side}>
    <button type="button" {...rest} aria-label={label} aria-pressed={pressed} className={cx(styles.button, styles[size], className)}>
      {children}
    </button>
  </Tooltip>
);
