import type { ReactElement, ReactNode } from 'react';
import { Tooltip as Radix } from 'radix-ui';
import { Kbd } from './Kbd.js';
import styles from './Tooltip.module.css';

export type Side = 'top' | 'right' | 'bottom' | 'left';

/** Once around the page: lets the next tooltip come at once when one was just shown. */
export const TooltipProvider = ({ children }: { readonly children: ReactNode }) => (
  <Radix.Provider delayDuration={450} skipDelayDuration={250}>
    {children}
  </Radix.Provider>
);

export type TooltipProps = {
  readonly content: ReactNode;
  /** Key that does the same, e.g. 'Space'. */
  readonly keys?: string | undefined;
  readonly side?: Side | undefined;
  /** One element that takes a ref. */
  readonly children: ReactElement;
};

export const Tooltip = ({ content, keys, side = 'bottom', children }: TooltipProps) => (
  <Radix.Root>
    <Radix.Trigger asChild>{children}</Radix.Trigger>
    <Radix.Portal>
      <Radix.Content className={styles.tooltip} side={side} sideOffset={6} collisionPadding={8}>
        {content}
        {keys !== undefined && <Kbd keys={keys} />}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);
