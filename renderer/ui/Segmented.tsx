import type { ReactNode } from 'react';
import { ToggleGroup } from 'radix-ui';
import { cx } from './cx.js';
import styles from './Segmented.module.css';

export type SegmentedProps<Value extends string> = {
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly icon?: ReactNode; readonly disabled?: boolean }[];
  readonly size?: 'small' | 'medium';
};

/** Two to four choices side by side, one of them on. */
export const Segmented = <Value extends string>({ label, value, onChange, options, size = 'medium' }: SegmentedProps<Value>) => (
  <ToggleGroup.Root
    type="single"
    aria-label={label}
    className={cx(styles.group, styles[size])}
    value={value}
    // A click on the chosen one would leave none chosen.
    onValueChange={(next) => {
      if (next !== '') onChange(next as Value);
    }}
  >
    {options.map((option) => (
      <ToggleGroup.Item key={option.value} value={option.value} disabled={option.disabled ?? false} className={styles.item}>
        {option.icon}
        {option.label}
      </ToggleGroup.Item>
    ))}
  </ToggleGroup.Root>
);
