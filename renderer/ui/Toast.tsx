import { Toast as Radix } from 'radix-ui';
import { X } from 'lucide-react';
import { Button } from './Button.js';
import { IconButton } from './IconButton.js';
import { ToneIcon, type Tone } from './Banner.js';
import { uiWords } from './words.js';
import styles from './Toast.module.css';

export type ToastData = {
  readonly id: string;
  readonly tone: Tone;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
};

/** Messages at the bottom right that go by themselves: 6 s, errors 15 s, not while the pointer rests on them. */
export const ToastRegion = ({ toasts, onDismiss }: { readonly toasts: readonly ToastData[]; readonly onDismiss: (id: string) => void }) => (
  <Radix.Provider label={uiWords.notifications} swipeDirection="right">
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
          <Radix.Title className={styles.title}>{toast.title}</Radix.Title>
          {toast.detail !== undefined && <Radix.Description className={styles.detail}>{toast.detail}</Radix.Description>}
          {toast.action !== undefined && (
            <Radix.Action asChild altText={toast.action.label}>
              <Button size="small" className={styles.action} onClick={toast.action.run}>
                {toast.action.label}
              </Button>
            </Radix.Action>
          )}
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
