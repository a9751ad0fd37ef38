import { UserError } from '../contract/contract.js';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const outputProblems: Readonly<Record<string, readonly [problem: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'Free some space or choose another disk.'],
  EDQUOT: ['your quota on that disk is used up', 'Free some space or choose another disk.'],
  EFBIG: ['files on that disk cannot be so large', 'Choose another disk.'],
  EROFS: ['that disk can only be read', 'Choose another folder.'],
  EACCES: ['you have no permission to write there', 'Choose another folder.'],
  EPERM: ['you have no permission to write there', 'Choose another folder.'],
  ENOENT: ['the folder does not exist, or was removed meanwhile', 'Choose another folder.'],
  ENOTDIR: ['the folder does not exist', 'Choose another folder.'],
  EISDIR: ['that is a folder', 'Choose another name.'],
  EIO: ['the disk reports a fault', 'Check the disk, or choose another.'],
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter name.'],
};

/** What kept `file` from being written, for a person. */
export const outputError = (file: string, error: unknown): UserError => {
  if (error instanceof UserError) return error;
  const [problem, hint] = outputProblems[codeOf(error)] ?? [error instanceof Error ? error.message : String(error)];
  return new UserError('output', `${file} could not be written: ${problem}.`, hint, { cause: error });
};

const inputProblems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'you have no permission to read it',
  EPERM: 'you have no permission to read it',
  EISDIR: 'that is a folder',
};

/** What kept `file` from being read, for a person. */
export const inputError = (file: string, error: unknown): UserError => {
  if (error instanceof UserError) return error;
  const problem = inputProblems[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
  return new UserError('bad-input', `${file} could not be read: ${problem}.`, undefined, { cause: error });
};
