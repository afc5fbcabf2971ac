import type { LucideIcon } from 'lucide-react';

/** One size and one stroke for every icon; decoration, as a word always stands beside it or labels its button. */
export function Icon({
  of: Drawing,
  small,
  className,
}: {
  of: LucideIcon;
  small?: boolean;
  className?: string;
}) {
  const size = small ? 'var(--icon-small)' : 'var(--icon)';
  return (
    <Drawing
      aria-hidden="true"
      className={className}
      strokeWidth={1.75}
      style={{ width: size, height: size, flex: 'none' }}
    />
  );
}
