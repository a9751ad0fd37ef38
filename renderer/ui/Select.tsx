import type { ReactNode } from 'react';
import { ChevronDown } from 'lucide-react';
import { cx } from './cx.js';
import { Menu, MenuChoice } from './Menu.js';
import styles from './Select.module.css';

export type SelectOption<Value extends string> = {
  readonly value: Value;
  readonly label: string;
  readonly detail?: string;
  readonly disabled?: boolean;
};

export type SelectProps<Value extends string> = {
  /** What is chosen here, for screen readers. */
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly SelectOption<Value>[];
  /** Before the chosen label. */
  readonly icon?: ReactNode;
  /** `quiet` has no plate until hovered. */
  readonly variant?: 'plate' | 'quiet';
  readonly size?: 'small' | 'medium';
  readonly side?: 'top' | 'bottom';
  readonly className?: string | undefined;
};

/** One of a few. Built on the menu: Radix's own select brings `<style>` tags, which the policy refuses. */
export const Select = <Value extends string>(props: SelectProps<Value>) => {
  const { label, value, onChange, options, icon, variant = 'plate', size = 'medium', side = 'bottom', className } = props;
  const chosen = options.find((option) => option.value === value);
  return (
    <Menu
      side={side}
      trigger={
        <button type="button" aria-label={`${label}: ${chosen?.label ?? value}`} className={cx(styles.select, styles[variant], styles[size], className)}>
          {icon}
          <span className={styles.value}>{chosen?.label ?? value}</span>
          <ChevronDown size={14} className={styles.chevron} />
        </button>
      }
    >
      <MenuChoice value={value} onChange={onChange} options={options} />
    </Menu>
  );
};
