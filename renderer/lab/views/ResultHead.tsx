import type { ReactNode } from 'react';
import type { LabHeader } from '../../../electron/engine/contract/contract.js';
import { useApp } from '../../state/store.js';
import { words } from '../../words.js';
import { machineFacts, machineLine } from '../machine.js';
import styles from './Views.module.css';

const moment = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });

export const momentOf = (at: number): string => moment.format(at);

/** A result's machine, provider and day in one line, for pictures. */
export const originOf = ({ machine, provider, at }: Pick<LabHeader, 'machine' | 'provider' | 'at'>): string =>
  `${machineLine(machine)} · ${words.models.providers[provider]} · ${momentOf(at)}`;

/** What is on screen, from when, and from where if not from here. */
export const ResultHead = ({ title, header, facts, children }: {
  readonly title: string; readonly header: LabHeader | null; readonly facts: string; readonly children?: ReactNode;
}) => {
  const here = useApp((now) => now.labOverview?.machine.key);
  const foreign = header !== null && header.machine.key !== here;
  return (
    <header className={styles.head}>
      <div className={styles.headWords}>
        <h2 className={styles.headTitle}>{title}</h2>
        <p className={styles.facts}>
          {facts}
          {header !== null && ` · ${momentOf(header.at)}`}
          {foreign && <span className={styles.foreign} title={machineFacts(header.machine)}>{` · ${machineLine(header.machine)}`}</span>}
        </p>
      </div>
      <div className={styles.headActions}>{children}</div>
    </header>
  );
};
