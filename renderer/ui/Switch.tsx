import { Switch as Radix } from 'radix-ui';
import styles from './Switch.module.css';

export type SwitchProps = {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** For screen readers where no `<label htmlFor>` names it. */
  readonly label?: string | undefined;
  readonly id?: string | undefined;
  readonly disabled?: boolean;
};

export const Switch = ({ checked, onChange, label, id, disabled = false }: SwitchProps) => (
  <Radix.Root className={styles.switch} checked={checked} onCheckedChange={onChange} aria-label={label} id={id} disabled={disabled}>
    <Radix.Thumb className={styles.thumb} />
  </Radix.Root>
);
