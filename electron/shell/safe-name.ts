/** A file name without anything that could lead elsewhere or hide what it is; null where the ending is none of the page's. */
export const safeName = (name: string): { readonly name: string; readonly ending: string } | null => {
  const found = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,120}\.(csv|md|png)$/.exec(name);
  return found === null ? null : { name, ending: found[1] ?? '' };
};
