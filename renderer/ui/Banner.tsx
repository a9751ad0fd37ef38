import type { ReactNode } from 'react';
import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import { cx } from './cx.js';
import { IconButton } from './IconButton.js';
import { uiWords } from './words.js';
import styles from './Banner.module.css';

export type Tone = 'info' | 'success' | 'warning' | 'error';

const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, error: CircleAlert } as const;

/** The tone's icon with its name for those who do not see it. */
export const ToneIcon = ({ tone, size = 16 }: { readonly tone: Tone; readonly size?: number }) => {
  const Icon = icons[tone];
  return <Icon size={size} className={cx(styles.icon, styles[tone])} role="img" aria-label={uiWords[tone]} />;
};

export type BannerProps = {
  readonly tone: Tone;
  readonly title?: string | undefined;
  readonly children?: ReactNode;
  /** One or two buttons. */
  readonly action?: ReactNode;
  readonly onDismiss?: (() => void) | undefined;
  /** Is not read out by itself: it holds figures that move. */
  readonly silent?: boolean;
};

/** Something that stays until it is dealt with: said by icon and words, the colour only helps. */
export const Banner = ({ tone, title, children, action, onDismiss, silent = false }: BannerProps) => (
  <div className={cx(styles.banner, styles[`${tone}Plate`])} role={silent ? undefined : tone === 'error' ? 'alert' : 'status'}>
    <ToneIcon tone={tone} />
    <div className={styles.text}>
      {title !== undefined && <p className={styles.title}>{title}</p>}
      {children !== undefined && <div className={styles.body}>{children}</div>}
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
    {onDismiss !== undefined && (
      <IconButton label={uiWords.dismiss} size="small" onClick={onDismiss}>
        <X size={14} />
      </IconButton>
    )}
  </div>
);
