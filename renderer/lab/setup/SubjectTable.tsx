import { useMemo, useState, type KeyboardEvent } from 'react';
import { ArrowDown, ArrowUp, Search } from 'lucide-react';
import type { Subject } from '../../../electron/engine/contract/contract.js';
import { Button, Checkbox, EmptyNote, Tooltip } from '../../ui/ui.js';
import { words } from '../../words.js';
import { figures } from '../charts/numbers.js';
import { paperSet } from './paper-set.js';
import { foundSubjects, groupedSubjects, type SubjectOrder } from './setup.js';
import styles from './SubjectTable.module.css';

const say = words.lab;

type Sorting = { readonly order: SubjectOrder; readonly down: boolean };

const giga = (value: number | null): string => figures(value === null ? null : value / 1e9);
const mega = (value: number | null): string => figures(value === null ? null : value / 1e6);

const SortHead = ({ order, label, hint, sorting, onSort }: {
  readonly order: 'title' | 'multiplyAdds' | 'parameters'; readonly label: string; readonly hint?: string; readonly sorting: Sorting; readonly onSort: (next: Sorting) => void;
}) => {
  const mine = sorting.order === order;
  const Arrow = sorting.down ? ArrowDown : ArrowUp;
  // Names: by family, up, down. Figures: most first, least first, by family.
  const next = (): Sorting => {
    const first = order !== 'title';
    if (!mine) return { order, down: first };
    return sorting.down === first ? { order, down: !first } : { order: 'family', down: false };
  };
  const button = (
    <button type="button" className={styles.sort} data-mine={mine || undefined} onClick={() => onSort(next())}>
      {label}
      {mine && <Arrow size={11} />}
    </button>
  );
  return (
    <th scope="col" className={order === 'title' ? styles.nameHead : styles.number} aria-sort={mine ? (sorting.down ? 'descending' : 'ascending') : 'none'}>
      {hint === undefined ? button : <Tooltip content={hint} side="bottom">{button}</Tooltip>}
    </th>
  );
};

/** The arrow keys go from one box to the next. */
const walk = (event: KeyboardEvent<HTMLElement>): void => {
  if (!['ArrowDown', 'ArrowUp', 'Home', 'End'].includes(event.key) || !(event.target instanceof HTMLElement)) return;
  const boxes = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row] [role="checkbox"], [data-row] [role="radio"]')];
  const at = boxes.indexOf(event.target);
  if (at < 0) return;
  event.preventDefault();
  const to = event.key === 'Home' ? 0 : event.key === 'End' ? boxes.length - 1 : at + (event.key === 'ArrowDown' ? 1 : -1);
  boxes[Math.min(boxes.length - 1, Math.max(0, to))]?.focus();
};

export type SubjectTableProps = {
  readonly subjects: readonly Subject[];
  /** One: whose layers are looked at. Many: what is compared. */
  readonly mode: 'one' | 'many';
  readonly chosen: readonly string[];
  readonly onChoose: (chosen: readonly string[]) => void;
  /** Nothing can be changed while something is measured. */
  readonly disabled: boolean;
};

/** What can be measured, to be chosen from. */
export const SubjectTable = ({ subjects, mode, chosen, onChoose, disabled }: SubjectTableProps) => {
  const [search, setSearch] = useState('');
  const [sorting, setSorting] = useState<Sorting>({ order: 'family', down: false });
  const found = useMemo(() => foundSubjects(subjects, search), [subjects, search]);
  const groups = useMemo(() => groupedSubjects(found, sorting.order, sorting.down), [found, sorting]);
  const picked = useMemo(() => new Set(chosen), [chosen]);
  const set = (ids: readonly string[], on: boolean): void => {
    const next = new Set(picked);
    for (const id of ids) if (on) next.add(id); else next.delete(id);
    onChoose(subjects.map(({ id }) => id).filter((id) => next.has(id)));
  };
  const pick = (id: string): void => {
    if (disabled) return;
    if (mode === 'one') onChoose([id]);
    else set([id], !picked.has(id));
  };
  const preset = paperSet.filter((id) => subjects.some((subject) => subject.id === id));
  return (
    <section className={styles.panel} aria-label={say.subjects}>
      <label className={styles.search}>
        <Search size={14} />
        <input type="text" placeholder={say.search} aria-label={say.search} value={search} onChange={(event) => setSearch(event.target.value)} />
      </label>
      {mode === 'many' && (
        <div className={styles.presets}>
          {preset.length > 0 && <Button size="small" disabled={disabled} onClick={() => onChoose(preset)}>{say.paperSet}</Button>}
          <Button size="small" variant="quiet" disabled={disabled} onClick={() => set(found.map(({ id }) => id), true)}>{say.all}</Button>
          <Button size="small" variant="quiet" disabled={disabled} onClick={() => set(found.map(({ id }) => id), false)}>{say.none}</Button>
          <span className={styles.count}>{say.chosen(chosen.length)}</span>
        </div>
      )}
      <div className={styles.scroll} onKeyDown={walk}>
        <table className={styles.table} {...(mode === 'one' && { role: 'radiogroup' })} aria-label={say.subjects}>
          <thead>
            <tr>
              <SortHead order="title" label={say.columnName} sorting={sorting} onSort={setSorting} />
              <SortHead order="multiplyAdds" label={say.columnMultiplyAdds} hint={say.hints.multiplyAdds} sorting={sorting} onSort={setSorting} />
              <SortHead order="parameters" label={say.columnParameters} hint={say.hints.parameters} sorting={sorting} onSort={setSorting} />
            </tr>
          </thead>
          {groups.map((group) => {
            const ids = group.subjects.map(({ id }) => id);
            const on = ids.filter((id) => picked.has(id)).length;
            return (
              <tbody key={group.family ?? ''}>
                {group.family !== null && (
                  <tr className={styles.family} data-row={mode === 'many' || undefined}>
                    <th scope="colgroup" colSpan={3}>
                      <span className={styles.name}>
                        {mode === 'many' && (
                          <Checkbox
                            checked={on === 0 ? false : on === ids.length ? true : 'indeterminate'} disabled={disabled}
                            label={say.chooseFamily(say.families(group.family))} onChange={() => set(ids, on < ids.length)}
                          />
                        )}
                        {say.families(group.family)}
                      </span>
                    </th>
                  </tr>
                )}
                {group.subjects.map((subject) => (
                  <tr key={subject.id} className={styles.row} data-row data-on={picked.has(subject.id) || undefined} data-id={subject.id} onClick={() => pick(subject.id)}>
                    <th scope="row">
                      <span className={styles.name} title={subject.title}>
                        {mode === 'many'
                          ? <span className={styles.box} onClick={(event) => event.stopPropagation()}><Checkbox checked={picked.has(subject.id)} disabled={disabled} label={say.choose(subject.title)} onChange={() => pick(subject.id)} /></span>
                          : <button type="button" role="radio" className={styles.radio} aria-checked={picked.has(subject.id)} aria-label={say.look(subject.title)} disabled={disabled} />}
                        <span className={styles.title}>{subject.title}</span>
                      </span>
                    </th>
                    <td className={styles.number}>{giga(subject.multiplyAdds)}</td>
                    <td className={styles.number}>{mega(subject.parameters)}</td>
                  </tr>
                ))}
              </tbody>
            );
          })}
        </table>
        {found.length === 0 && <EmptyNote title={say.noMatch(search.trim())} />}
      </div>
    </section>
  );
};
