/** Whether the locale is UTF-8, found as the C library finds it. */
export function isUnicodeLocale(): boolean {
  const locale = process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || '';
  return /utf-?8/i.test(locale);
}
