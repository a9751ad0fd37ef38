import type { ReactElement, ReactNode } from 'react';
import { Popover as Radix } from 'radix-ui';
import { cx } from './cx.js';
import styles from './Popover.module.css';

export type PopoverProps = {
  readonly trigger: ReactElement;
  readonly label: string;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  readonly align?: 'start' | 'center' | 'end';
  readonly open?: boolean | undefined;
  readonly onOpenChange?: ((open: boolean) => void) | undefined;
  readonly className?: string | undefined;
  readonly children: ReactNode;
};

/** A card beside the thing it explains; closes on Escape and on a click elsewhere. */
export const Popover = ({ trigger, label, side = 'bottom', align = 'start', open, onOpenChange, className, children }: PopoverProps) => (
  <Radix.Root {...(open !== undefined && { open })} {...(onOpenChange !== undefined && { onOpenChange })}>
    <Radix.Trigger asChild>{trigger}</Radix.Trigger>
    <Radix.Portal>
      <Radix.Content className={cx(styles.popover, className)} aria-label={label} side={side} align={align} sideOffset={6} collisionPadding={8}>
        {children}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);
