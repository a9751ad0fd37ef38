import { useState } from 'react';
import { Archive, FlaskConical, FolderOpen, GitCompareArrows, Layers, Trash2 } from 'lucide-react';
import type { LabHeader, LabOverview } from '../../../electron/engine/contract/contract.js';
import { app } from '../../state/store.js';
import { Button, EmptyNote, IconButton } from '../../ui/ui.js';
import { words } from '../../words.js';
import { machineFacts, machineLine } from '../machine.js';
import { momentOf } from './ResultHead.js';
import styles from './Kept.module.css';

const say = words.lab;

const icons = { compare: GitCompareArrows, layers: Layers, experiment: FlaskConical } as const;

const Row = ({ header }: { readonly header: LabHeader }) => {
  const [asking, setAsking] = useState(false);
  const { showLabResult, forgetLabResult } = app.getState();
  const Icon = icons[header.kind];
  return (
    <li className={styles.row} data-id={header.id}>
      <Icon size={16} className={styles.icon} />
      <button type="button" className={styles.open} onClick={() => void showLabResult(header.id)}>
        <span className={styles.title}>{header.title}</span>
        <span className={styles.facts}>{say.kinds[header.kind]} · {words.models.providers[header.provider]} · {momentOf(header.at)}</span>
      </button>
      {asking ? (
        <span className={styles.asking} role="group" aria-label={say.keptReally}>
          {say.keptReally}
          <Button size="small" variant="danger" autoFocus onClick={() => void forgetLabResult(header.id)}>{say.keptYes}</Button>
          <Button size="small" onClick={() => setAsking(false)}>{say.keptNo}</Button>
        </span>
      ) : (
        <>
          <Button size="small" variant="quiet" icon={<FolderOpen size={13} />} onClick={() => void showLabResult(header.id)}>{say.keptOpen}</Button>
          <IconButton label={say.keptDelete} size="small" side="left" onClick={() => setAsking(true)}><Trash2 size={14} /></IconButton>
        </>
      )}
    </li>
  );
};

/** Kept results, this machine's first, each machine's by provider. */
export const byMachine = (kept: readonly LabHeader[], here: string): readonly { readonly key: string; readonly headers: readonly LabHeader[] }[] => {
  const keys = [...new Set(kept.map(({ machine }) => machine.key))].sort((a, b) => Number(b === here) - Number(a === here));
  return keys.map((key) => ({ key, headers: kept.filter(({ machine }) => machine.key === key) }));
};

/** What was measured before, on this machine and others. */
export const KeptView = ({ overview }: { readonly overview: LabOverview }) => {
  const damaged = overview.damaged > 0 && <p className={styles.damaged} role="status">{say.damaged(overview.damaged)}</p>;
  if (overview.kept.length === 0 && overview.damaged === 0) {
    return <div className={styles.empty}><EmptyNote icon={<Archive size={32} strokeWidth={1.5} />} title={say.emptyKept}>{say.emptyKeptDetail}</EmptyNote></div>;
  }
  return (
    <>
      {damaged}
      {byMachine(overview.kept, overview.machine.key).map(({ key, headers }) => {
        const machine = headers[0]?.machine ?? overview.machine;
        const providers = [...new Set(headers.map(({ provider }) => provider))];
        return (
          <section key={key} className={styles.machine} aria-label={machineLine(machine)}>
            <h2 className={styles.heading} title={machineFacts(machine)}>
              {key === overview.machine.key && <span className={styles.here}>{say.keptThisMachine}</span>}
              {machineLine(machine)}
            </h2>
            {providers.map((provider) => (
              <div key={provider}>
                {providers.length > 1 && <h3 className={styles.provider}>{words.models.providers[provider]}</h3>}
                <ul className={styles.list}>
                  {headers.filter((header) => header.provider === provider).map((header) => <Row key={header.id} header={header} />)}
                </ul>
              </div>
            ))}
          </section>
        );
      })}
    </>
  );
};
