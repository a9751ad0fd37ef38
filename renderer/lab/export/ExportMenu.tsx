import { Clipboard, FileDown, FileText, Table } from 'lucide-react';
import type { LabTable } from '../../../electron/engine/contract/contract.js';
import { tableCsv, tableMarkdown } from '../../../electron/engine/contract/lab-table.js';
import { app } from '../../state/store.js';
import { Button, Menu, MenuItem } from '../../ui/ui.js';
import { words } from '../../words.js';
import { saveFile } from './save.js';

const say = words.lab;

const copy = async (text: string): Promise<void> => {
  const { notify } = app.getState();
  try {
    await navigator.clipboard.writeText(text);
    notify('success', say.copied);
  } catch {
    notify('error', say.notCopied);
  }
};

/** A table to take along. `file` is the name without extension; `origin` where and when it was measured. */
export const ExportMenu = ({ table, file, title, origin }: { readonly table: LabTable; readonly file: string; readonly title: string; readonly origin: string }) => {
  const markdown = (): string => `## ${title}\n\n${tableMarkdown(table)}\n${origin}\n`;
  return (
    <Menu align="end" trigger={<Button size="small" icon={<FileDown size={13} />}>{say.saveTable}</Button>}>
      <MenuItem icon={<Table size={14} />} onSelect={() => saveFile(`${file}.csv`, new Blob([tableCsv(table)], { type: 'text/csv' }))}>{say.saveCsv}</MenuItem>
      <MenuItem icon={<FileText size={14} />} onSelect={() => saveFile(`${file}.md`, new Blob([markdown()], { type: 'text/markdown' }))}>{say.saveMarkdown}</MenuItem>
      <MenuItem icon={<Clipboard size={14} />} onSelect={() => void copy(markdown())}>{say.copyMarkdown}</MenuItem>
    </Menu>
  );
};
