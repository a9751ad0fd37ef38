import { Checkbox as Radix } from 'radix-ui';
import { Check, Minus } from 'lucide-react';
import styles from './Checkbox.module.css';

export type CheckboxProps = {
  readonly checked: boolean | 'indeterminate';
  readonly onChange: (checked: boolean) => void;
  /** For screen readers where no `<label htmlFor>` names it. */
  readonly label?: string | undefined;
  readonly id?: string | undefined;
  readonly disabled?: boolean;
};

export const Checkbox = ({ checked, onChange, label, id, disabled = false }: CheckboxProps) => (
  <Radix.Root
    className={styles.box}
    checked={checked}
    onCheckedChange={(next) => onChange(next === true)}
    aria-label={label}
    id={id}
    disabled={disabled}
  >
    <Radix.Indicator>{checked === 'indeterminate' ? <Minus size={12} strokeWidth={3} /> : <Check size={12} strokeWidth={3} />}</Radix.Indicator>
  </Radix.Root>
);
