import type { ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { language } from '../text/locale';

/** The library's parts have words of their own, and keys that follow the direction. */
export function AriaLocale({ children }: { children: ReactNode }) {
  return <I18nProvider locale={language.tag}>{children}</I18nProvider>;
}
