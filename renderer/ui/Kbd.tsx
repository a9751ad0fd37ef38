import styles from './Kbd.module.css';

/** A key as it is printed on the keyboard: 'Space', '←', 'Shift+→' (one plate a key). */
export const Kbd = ({ keys }: { readonly keys: string }) => (
  <span className={styles.keys}>
    {(keys === '+' ? ['+'] : keys.split(/(?<=.)\+(?=.)/)).map((key, n) => (
      <kbd key={n} className={styles.key}>
        {key}
      </kbd>
    ))}
  </span>
);
