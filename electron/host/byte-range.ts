/** First and last byte (inclusive) to send. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * What a Range header asks of `size` bytes (RFC 9110, 14.2): a range, `all` where there is none or
 * it is to be ignored (another unit, several ranges, malformed), `outside` where nothing of it exists.
 */
export const byteRange = (header: string | null | undefined, size: number): ByteRange | 'all' | 'outside' => {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const from = parts?.[1] ?? '';
  const to = parts?.[2] ?? '';
  if (from === '' && to === '') return 'all';
  if (from === '') {
    const suffix = Number(to);
    return suffix === 0 || size === 0 ? 'outside' : { start: Math.max(0, size - suffix), end: size - 1 };
  }
  const start = Number(from);
  if (to !== '' && Number(to) < start) return 'all';
  if (start >= size) return 'outside';
  return { start, end: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
};
