import { Progress } from 'radix-ui';
import { cx } from './cx.js';
import styles from './ProgressBar.module.css';

export type ProgressBarProps = {
  readonly label: string;
  /** 0..1; null where the end is not known. */
  readonly value: number | null;
  readonly tone?: 'accent' | 'success' | 'error';
};

export const ProgressBar = ({ label, value, tone = 'accent' }: ProgressBarProps) => (
  <Progress.Root className={cx(styles.bar, styles[tone])} aria-label={label} value={value === null ? null : Math.round(value * 100)}>
    <Progress.Indicator
      className={cx(styles.fill, value === null && styles.unknown)}
      {...(value !== null && { style: { transform: `scaleX(${Math.min(1, Math.max(0, value))})` } })}
    />
  </Progress.Root>
);
