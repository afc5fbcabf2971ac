import { ArrowLeft, ArrowRight, ChevronRight, type LucideIcon } from 'lucide-react';
import styles from './primitives.module.css';
import { classes } from './text';

/** These point along the line: they turn with its direction. */
const ALONG_LINE = new Set([ArrowLeft, ArrowRight, ChevronRight]);

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
      className={classes(className, ALONG_LINE.has(Drawing) && styles.alongLine)}
      strokeWidth={1.75}
      style={{ width: size, height: size, flex: 'none' }}
    />
  );
}
