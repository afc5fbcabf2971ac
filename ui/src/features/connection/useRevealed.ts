import { useEffect, useState } from 'react';

const REVEALED_FOR = 30_000;

/** Secrets that are shown, by slot, or null: hidden again when the window is left, and after 30 s whatever happens. */
export function useRevealed() {
  const [revealed, setRevealed] = useState<Readonly<Record<string, string>> | null>(null);
  useEffect(() => {
    if (revealed === null) return;
    const hide = () => setRevealed(null);
    const timer = setTimeout(hide, REVEALED_FOR);
    window.addEventListener('blur', hide);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('blur', hide);
    };
  }, [revealed]);
  return [revealed, setRevealed] as const;
}
