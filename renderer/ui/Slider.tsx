import { Slider as Radix } from 'radix-ui';
import { cx } from './cx.js';
import styles from './Slider.module.css';

export type SliderProps = {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  /** Told when the pointer takes the slider, and when it lets go. */
  readonly onHold?: (held: boolean) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** What a screen reader says for the value. */
  readonly valueText?: string | undefined;
  readonly id?: string | undefined;
  readonly className?: string | undefined;
};

export const Slider = ({ label, value, onChange, onHold, min = 0, max = 1, step = 0.01, valueText, id, className }: SliderProps) => (
  <Radix.Root
    className={cx(styles.slider, className)}
    value={[value]}
    min={min}
    max={max}
    step={step}
    onPointerDown={() => onHold?.(true)}
    onLostPointerCapture={() => onHold?.(false)}
    onValueChange={([next]) => {
      if (next !== undefined) onChange(next);
    }}
  >
    <Radix.Track className={styles.track}>
      <Radix.Range className={styles.range} />
    </Radix.Track>
    <Radix.Thumb className={styles.thumb} aria-label={label} aria-valuetext={valueText} id={id} />
  </Radix.Root>
);
