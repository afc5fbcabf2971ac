/**
 * Names of options as they are compared here: without regard to letter case, `-` and `_`. That is the widest rule of
 * any engine, and no engine has two options that differ in nothing else.
 */
export function sameName(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, '');
}
