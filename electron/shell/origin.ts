/** Where the page lives: a scheme of our own, so that neither files nor sites share its origin. */
export const scheme = 'app';
export const host = 'vovision';
export const pageUrl = `${scheme}://${host}/`;

/** True for addresses of our own page and what belongs to it. */
export const isOurs = (address: string): boolean => {
  try {
    const url = new URL(address);
    return url.protocol === `${scheme}:` && url.host === host && url.username === '' && url.password === '';
  } catch {
    return false;
  }
};

/** True for the page itself, whatever fragment it shows. */
export const isPage = (address: string): boolean => isOurs(address) && new URL(address).pathname === '/';
