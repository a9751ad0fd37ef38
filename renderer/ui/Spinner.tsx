import styles from './Spinner.module.css';

/** Something is under way and nobody can say how long. `size` in CSS pixels. */
export const Spinner = ({ size = 16 }: { readonly size?: number }) => (
  <svg className={styles.spinner} width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden>
    <circle cx="8" cy="8" r="6.5" stroke="currentColor" strokeOpacity="0.22" strokeWidth="2" />
    <path d="M14.5 8A6.5 6.5 0 0 0 8 1.5" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
  </svg>
);
