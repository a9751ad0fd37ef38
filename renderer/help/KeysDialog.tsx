import { useState } from 'react';
import { Search } from 'lucide-react';
import { keyTable, type KeyAction, type KeyGroup } from '../keys/table.js';
import { showKeys } from '../keys/show.js';
import { app, useApp } from '../state/store.js';
import { Dialog, EmptyNote, Kbd } from '../ui/ui.js';
import { words } from '../words.js';
import styles from './Keys.module.css';

const groups = Object.keys(words.keys.groups) as readonly KeyGroup[];

/** The actions that a search finds: by what they do, or by the key itself. */
export const searchKeys = (table: readonly KeyAction[], search: string, mac: boolean): readonly KeyAction[] => {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return table;
  const named = (action: KeyAction): boolean => action.label.toLowerCase().includes(wanted);
  const bound = (action: KeyAction): boolean => action.keys.some((keys) => keys.toLowerCase() === wanted || showKeys(keys, mac).toLowerCase() === wanted);
  return table.filter((action) => named(action) || bound(action));
};

/** The sheet of keys, made from the table that the keyboard obeys. */
export const KeysDialog = () => {
  const open = useApp((state) => state.dialog === 'keys');
  const mac = useApp((state) => state.hello?.platform === 'darwin');
  const [search, setSearch] = useState('');
  const found = searchKeys(keyTable, search, mac);
  return (
    <Dialog
      open={open}
      width="large"
      onOpenChange={(next) => {
        if (!next) app.getState().closeDialog();
      }}
      title={words.help.title}
      description={words.help.description}
    >
      <label className={styles.search}>
        <Search size={14} />
        <input type="text" placeholder={words.help.search} value={search} onChange={(event) => setSearch(event.target.value)} />
      </label>
      {found.length === 0 && <EmptyNote title={words.help.noMatch(search.trim())} />}
      <div className={styles.groups}>
        {groups.map((group) => {
          const actions = found.filter((action) => action.group === group);
          if (actions.length === 0) return null;
          return (
            <section key={group} className={styles.group}>
              <h3 className={styles.heading}>{words.keys.groups[group]}</h3>
              <dl>
                {actions.map((action) => (
                  <div key={action.id} className={styles.row}>
                    <dt>{action.label}</dt>
                    <dd className={styles.keys}>
                      {action.keys.map((keys) => (
                        <Kbd key={keys} keys={showKeys(keys, mac)} />
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
};
