/** Hands a file that the page made to the user: a download in the browser, a save dialog on the desktop. */
export const saveFile = (name: string, content: Blob): void => {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // It is read after the click; a minute is enough for any dialog to have taken it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

/** A name that every file system takes. */
export const fileName = (...parts: readonly string[]): string =>
  parts.join('-').toLowerCase().replace(/[^a-z0-9.]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 80) || 'lab';
