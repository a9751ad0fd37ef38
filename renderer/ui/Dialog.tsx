import type { ReactNode } from 'react';
import { Dialog as Radix } from 'radix-ui';
import { X } from 'lucide-react';
import { cx } from './cx.js';
import { IconButton } from './IconButton.js';
import { uiWords } from './words.js';
import styles from './Dialog.module.css';

export type DialogProps = {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** One sentence below the title. */
  readonly description?: string | undefined;
  readonly width?: 'small' | 'medium' | 'large';
  /** Buttons, the primary one last. */
  readonly footer?: ReactNode;
  readonly children: ReactNode;
};

/**
 * A modal dialog. The scrim is a plain element, not Radix's overlay: that one locks scrolling with
 * a `<style>` tag, which the content security policy refuses, and the page never scrolls anyway.
 */
export const Dialog = ({ open, onOpenChange, title, description, width = 'medium', footer, children }: DialogProps) => (
  <Radix.Root open={open} onOpenChange={onOpenChange}>
    <Radix.Portal>
      <div className={styles.scrim}>
        <Radix.Content
          className={cx(styles.dialog, styles[width])}
          // Else the close button would have the focus and show its tooltip at once.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          {...(description === undefined && { 'aria-describedby': undefined })}
        >
          <header className={styles.head}>
            <div>
              <Radix.Title className={styles.title}>{title}</Radix.Title>
              {description !== undefined && <Radix.Description className={styles.description}>{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label={uiWords.close} keys="Esc">
                <X size={16} />
              </IconButton>
            </Radix.Close>
          </header>
          <div className={styles.body}>{children}</div>
          {footer !== undefined && <footer className={styles.foot}>{footer}</footer>}
        </Radix.Content>
      </div>
    </Radix.Portal>
  </Radix.Root>
);
