import type { ReactElement, ReactNode } from 'react';
import { DropdownMenu as Radix } from 'radix-ui';
import { Check } from 'lucide-react';
import { cx } from './cx.js';
import { Kbd } from './Kbd.js';
import styles from './Menu.module.css';

export type MenuProps = {
  /** The element that opens it; one that takes a ref. */
  readonly trigger: ReactElement;
  readonly align?: 'start' | 'center' | 'end';
  readonly side?: 'top' | 'bottom';
  readonly open?: boolean | undefined;
  readonly onOpenChange?: ((open: boolean) => void) | undefined;
  readonly className?: string | undefined;
  readonly children: ReactNode;
};

/** A closed menu gives the focus back to its button a moment later, unless the user has put it elsewhere meanwhile: into the next menu, say. */
const leaveFocus = (event: Event): void => {
  if (document.activeElement !== null && document.activeElement !== document.body) event.preventDefault();
};

/**
 * A menu below a button. Not modal: a modal one locks scrolling with a `<style>` tag, which the policy refuses.
 * What appears is inside of the menu's own element: were that animated, a menu closed before its first frame would stay until the end.
 */
export const Menu = ({ trigger, align = 'start', side = 'bottom', open, onOpenChange, className, children }: MenuProps) => (
  <Radix.Root modal={false} {...(open !== undefined && { open })} {...(onOpenChange !== undefined && { onOpenChange })}>
    <Radix.Trigger asChild>{trigger}</Radix.Trigger>
    <Radix.Portal>
      <Radix.Content className={cx(styles.menu, className)} align={align} side={side} sideOffset={6} collisionPadding={8} loop onCloseAutoFocus={leaveFocus}>
        <div className={styles.sheet}>{children}</div>
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
);

export type MenuItemProps = {
  readonly icon?: ReactNode;
  readonly keys?: string | undefined;
  /** A second, quieter line. */
  readonly detail?: ReactNode;
  readonly disabled?: boolean;
  /** The menu stays open after it. */
  readonly stays?: boolean;
  readonly onSelect: () => void;
  readonly children: ReactNode;
};

export const MenuItem = ({ icon, keys, detail, disabled = false, stays = false, onSelect, children }: MenuItemProps) => (
  <Radix.Item
    className={styles.item}
    disabled={disabled}
    onSelect={(event) => {
      if (stays) event.preventDefault();
      onSelect();
    }}
  >
    <span className={styles.mark}>{icon}</span>
    <span className={styles.text}>
      <span className={styles.label}>{children}</span>
      {detail !== undefined && <span className={styles.detail}>{detail}</span>}
    </span>
    {keys !== undefined && <Kbd keys={keys} />}
  </Radix.Item>
);

export type MenuChoiceProps<Value extends string> = {
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly options: readonly {
    readonly value: Value;
    readonly label: ReactNode;
    readonly detail?: ReactNode;
    /** At the right edge, e.g. a figure. */
    readonly aside?: ReactNode;
    readonly disabled?: boolean;
  }[];
};

/** One of several, the chosen one ticked. */
export const MenuChoice = <Value extends string>({ value, onChange, options }: MenuChoiceProps<Value>) => (
  <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as Value)}>
    {options.map((option) => (
      <Radix.RadioItem key={option.value} className={styles.item} value={option.value} disabled={option.disabled ?? false}>
        <span className={styles.mark}>
          <Radix.ItemIndicator>
            <Check size={14} />
          </Radix.ItemIndicator>
        </span>
        <span className={styles.text}>
          <span className={styles.label}>{option.label}</span>
          {option.detail !== undefined && <span className={styles.detail}>{option.detail}</span>}
        </span>
        {option.aside !== undefined && <span className={styles.aside}>{option.aside}</span>}
      </Radix.RadioItem>
    ))}
  </Radix.RadioGroup>
);

export const MenuLabel = ({ children }: { readonly children: ReactNode }) => <Radix.Label className={styles.heading}>{children}</Radix.Label>;

export const MenuSeparator = () => <Radix.Separator className={styles.separator} />;
