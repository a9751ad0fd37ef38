import { mkdir } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { tableCsv, tableMarkdown, UserError, type LabTable } from '../engine/contract/contract.js';
import { writeWhole } from './write-whole.js';

const formats: Readonly<Record<string, (table: LabTable) => string>> = { '.csv': tableCsv, '.md': tableMarkdown };

/** Throws a UserError of kind 'usage' for a name from which no format follows. */
export const checkTableName = (path: string): void => {
  if (formats[extname(path).toLowerCase()] === undefined) throw new UserError('usage', `${path} ends in neither .csv nor .md.`, 'Name a file of one of the two kinds.');
};

/** Writes a table in the format its name says; folders that are missing are made. */
export const writeTable = async (path: string, table: LabTable): Promise<void> => {
  checkTableName(path);
  const text = formats[extname(path).toLowerCase()]?.(table) ?? '';
  await mkdir(dirname(path), { recursive: true }).catch(() => undefined);
  await writeWhole(path, new TextEncoder().encode(text));
};
