import { Slider as Radix } from 'radix-ui';
import { cx } from './cx.js';
import styles from './Slider.module.css';

export type SliderProps = {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** What a screen reader says for the value. */
  readonly valueText?: string | undefined;
  readonly id?: string | undefined;
  readonly className?: string | undefined;
};

export const Slider = ({ label, value, onChange, min = 0, max = 1, step = 0.01, valueText, id, className }: SliderProps) => (
  <Radix.Root
    className={cx(styles.slider, className)}
    value={[value]}
    min={min}
    max={max}
    step={step}
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
