import type { Page } from 'playwright-core';

/**
 * Drops files onto the page as a user does, with the events a browser sends.
 * @returns a function that lets go of the files; what comes before it is preparation
 */
export const drop = async (page: Page, files: readonly { readonly name: string; readonly content: Buffer; readonly type?: string }[]): Promise<() => Promise<void>> => {
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer();
    for (const { name, base64, type } of given) {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      data.items.add(new File([bytes], name, { type }));
    }
    return data;
  }, files.map(({ name, content, type }) => ({ name, base64: content.toString('base64'), type: type ?? 'video/mp4' })));
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  return () => page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
};
