import { readFile } from 'node:fs/promises';

/** A number as the kernel writes it; throws an Error for anything else, and the system's own error where the file cannot be read. */
export const readNumber = async (file: string): Promise<number> => {
  const text = (await readFile(file, 'utf8')).trim();
  if (!/^-?\d{1,20}$/.test(text)) throw new Error(`${file} holds no number.`);
  return Number(text);
};

/** The text of a small file, or '' where there is none. */
export const readText = (file: string): Promise<string> => readFile(file, 'utf8').then((text) => text.trim(), () => '');

/** Whether an error says that a file may not be read. */
export const isForbidden = (error: unknown): boolean => ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
