import { Toast as Radix } from 'radix-ui';
import { X } from 'lucide-react';
import { IconButton } from './IconButton.js';
import { ToneIcon, type Tone } from './Banner.js';
import { uiWords } from './words.js';
import styles from './Toast.module.css';

export type ToastData = {
  readonly id: number;
  readonly tone: Tone;
  readonly message: string;
  /** What to do about it, in a second sentence. */
  readonly hint: string | null;
};

/** Messages at the lower left of what holds them. They go by themselves: 6 s, errors 15 s, not while the pointer rests on them. */
export const ToastRegion = ({ toasts, onDismiss }: { readonly toasts: readonly ToastData[]; readonly onDismiss: (id: number) => void }) => (
  <Radix.Provider label={uiWords.notifications} swipeDirection="left">
    {toasts.map((toast) => (
      <Radix.Root
        key={toast.id}
        className={styles.toast}
        type={toast.tone === 'error' ? 'foreground' : 'background'}
        duration={toast.tone === 'error' ? 15_000 : 6_000}
        onOpenChange={(open) => {
          if (!open) onDismiss(toast.id);
        }}
      >
        <ToneIcon tone={toast.tone} />
        <div className={styles.text}>
          <Radix.Title className={styles.title}>{toast.message}</Radix.Title>
          {toast.hint !== null && <Radix.Description className={styles.hint}>{toast.hint}</Radix.Description>}
        </div>
        <Radix.Close asChild>
          <IconButton label={uiWords.dismiss} size="small">
            <X size={14} />
          </IconButton>
        </Radix.Close>
      </Radix.Root>
    ))}
    <Radix.Viewport className={styles.region} />
  </Radix.Provider>
);
