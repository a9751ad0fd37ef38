import { memo, useMemo, useState } from 'react';
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { LabColumn, LabTable } from '../../../electron/engine/contract/contract.js';
import { Tooltip } from '../../ui/ui.js';
import { dash } from '../../ui/format.js';
import { words } from '../../words.js';
import { fixed } from '../charts/numbers.js';
import { nextSorted, sortedRows, type Sorted } from './sort.js';
import styles from './DataTable.module.css';

const shown = (value: string | number | null, { digits }: LabColumn): string =>
  value === null ? dash : typeof value === 'number' ? fixed(value, digits) : value;

export type DataTableProps = {
  readonly label: string;
  readonly table: LabTable;
  /** What column titles mean, by key. */
  readonly hints?: Readonly<Record<string, string>> | undefined;
  /** Said in place of a row's figures, by row number. */
  readonly errors?: ReadonlyMap<number, string> | undefined;
  /** Rows that stand out, by number: our own. */
  readonly marked?: ReadonlySet<number> | undefined;
  readonly className?: string | undefined;
};

const Head = ({ column, n, sorted, hint, onSort }: {
  readonly column: LabColumn; readonly n: number; readonly sorted: Sorted | null; readonly hint: string | undefined; readonly onSort: (n: number) => void;
}) => {
  const mine = sorted?.column === n;
  const Arrow = sorted?.down === true ? ArrowDown : ArrowUp;
  const button = (
    <button type="button" className={styles.sort} data-mine={mine || undefined} data-hint={hint !== undefined || undefined} onClick={() => onSort(n)}>
      {mine && column.kind === 'number' && <Arrow size={11} />}
      <span>{column.title}{column.unit !== '' && <span className={styles.unit}> {column.unit}</span>}</span>
      {mine && column.kind === 'text' && <Arrow size={11} />}
    </button>
  );
  return (
    <th scope="col" data-kind={column.kind} aria-sort={mine ? (sorted.down ? 'descending' : 'ascending') : 'none'}>
      {hint === undefined ? button : <Tooltip content={hint} side="top">{button}</Tooltip>}
    </th>
  );
};

/** A table of figures, sorted by any column. Columns keep their digits, so that figures stand one below the other. */
export const DataTable = memo(({ label, table, hints, errors, marked, className }: DataTableProps) => {
  const [sorted, setSorted] = useState<Sorted | null>(null);
  const order = useMemo(() => sortedRows(table, sorted), [table, sorted]);
  const { columns, rows } = table;
  return (
    <div className={`${styles.scroll ?? ''} ${className ?? ''}`} role="region" aria-label={label} tabIndex={0} data-part="table">
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column, n) => (
              <Head key={column.key} column={column} n={n} sorted={sorted} hint={hints?.[column.key]} onSort={(at) => setSorted(nextSorted(sorted, at, column.kind))} />
            ))}
          </tr>
        </thead>
        <tbody>
          {order.map((n) => {
            const row = rows[n] ?? [];
            const error = errors?.get(n);
            return (
              <tr key={n} data-marked={marked?.has(n) || undefined}>
                {columns.map((column, c) => {
                  const text = shown(row[c] ?? null, column);
                  if (c === 0) return <th key={column.key} scope="row" data-kind={column.kind}>{text}</th>;
                  if (error !== undefined) return c === 1 ? <td key={column.key} colSpan={columns.length - 1} className={styles.error}>{error}</td> : null;
                  return <td key={column.key} data-kind={column.kind}>{text}</td>;
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length === 0 && <p className={styles.none}>{words.lab.noRows}</p>}
    </div>
  );
});
DataTable.displayName = 'DataTable';
