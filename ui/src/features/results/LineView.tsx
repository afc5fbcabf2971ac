import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight } from 'lucide-react';
import {
  type KeyboardEvent,
  type MouseEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { Icon } from '../../design/Icon';
import { scaled } from '../../design/metrics';
import { classes } from '../../design/text';
import { viewer as text } from '../../text/results';
import { type JsonLines, tokensOf } from './json';
import { LINE_CHARACTERS, type Lines } from './lines';
import { type Matches, segmentsOf } from './segments';
import styles from './viewer.module.css';

/** Lines are drawn while they are in sight, whatever the length of the text. */
export function LineView(props: {
  lines: Lines;
  /** The same lines, where they can be folded. */
  json: JsonLines | null;
  /** The lines that show, in order; null for all. */
  visible: Uint32Array | null;
  folded: ReadonlySet<number>;
  onFold: (line: number) => void;
  wrap: boolean;
  matches: Matches;
  /** The line to bring into sight; null for none. */
  target: number | null;
}) {
  'use no memo'; // useVirtualizer answers a mutable object, which the compiler would take for a constant
  const { lines, json, visible, folded, wrap, target } = props;
  const frame = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const [cursor, setCursor] = useState(0);
  const lineHeight = scaled(20);
  const count = visible?.length ?? lines.count;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => lineHeight,
    overscan: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again when lines have other heights
  useLayoutEffect(() => virtual.measure(), [wrap, visible, lines]);
  useEffect(() => frame.current?.focus(), []);
  const lineAtPlace = (place: number): number => visible?.[place] ?? place;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another target moves the window
  useEffect(() => {
    if (target === null) return;
    const place = placeOfLine(visible, target);
    setCursor(place);
    virtual.scrollToIndex(place, { align: 'center' });
  }, [target, visible]);

  const current = Math.min(cursor, count - 1);
  const goTo = (place: number) => {
    const next = Math.max(0, Math.min(count - 1, place));
    setCursor(next);
    virtual.scrollToIndex(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!json || event.ctrlKey || event.metaKey || event.altKey) return;
    if (treeKey(event.key, lineAtPlace(current), json)) event.preventDefault();
  };
  const treeKey = (key: string, line: number, tree: JsonLines): boolean => {
    const opens = (tree.closings[line] ?? 0) > 0;
    if (key === 'ArrowDown') goTo(current + 1);
    else if (key === 'ArrowUp') goTo(current - 1);
    else if (key === 'Home') goTo(0);
    else if (key === 'End') goTo(count - 1);
    else if (key === 'ArrowRight' && opens && folded.has(line)) props.onFold(line);
    else if (key === 'ArrowLeft' && opens && !folded.has(line)) props.onFold(line);
    else if ((key === 'Enter' || key === ' ') && opens) props.onFold(line);
    else return false;
    return true;
  };
  const onClick = (event: MouseEvent) => {
    const place = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
    if (place && json) setCursor(Number(place.dataset.index));
  };

  const items = virtual.getVirtualItems();
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both of its roles take a label
    // biome-ignore lint/a11y/noStaticElementInteractions: a tree with keys of its own, or a region that scrolls
    <div
      ref={frame}
      className={styles.content}
      tabIndex={0}
      role={json ? 'tree' : 'region'}
      aria-label={text.content}
      aria-activedescendant={
        json && items.some((item) => item.index === current) ? `${prefix}-${current}` : undefined
      }
      data-testid="value-content"
      data-selectable
      data-wrap={wrap || undefined}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div
        className={styles.lines}
        role="presentation"
        style={{ height: virtual.getTotalSize(), paddingTop: items[0]?.start ?? 0 }}
      >
        {items.map((item) => {
          const line = lineAtPlace(item.index);
          const closing = json?.closings[line] ?? 0;
          return (
            <div
              key={item.index}
              ref={wrap ? virtual.measureElement : undefined}
              id={`${prefix}-${item.index}`}
              data-index={item.index}
              className={classes(styles.line, json && styles.treeLine)}
              data-current={(json && item.index === current) || undefined}
              style={{ '--depth': json?.depths[line] ?? 0 }}
              {...(json
                ? {
                    role: 'treeitem',
                    'aria-level': (json.depths[line] ?? 0) + 1,
                    'aria-expanded': closing > 0 ? !folded.has(line) : undefined,
                  }
                : {})}
            >
              {json ? (
                <Folder closing={closing > 0} folded={folded.has(line)} onPress={() => props.onFold(line)} />
              ) : null}
              <LineText lines={lines} json={json !== null} line={line} matches={props.matches} />
              {closing > 0 && folded.has(line) ? <span className={styles.folded}>…</span> : null}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Where a line stands among those that show. */
function placeOfLine(visible: Uint32Array | null, line: number): number {
  return visible ? Math.max(0, visible.indexOf(line)) : line;
}

/** For the pointer; the keys are the tree's. */
function Folder(props: { closing: boolean; folded: boolean; onPress: () => void }) {
  if (!props.closing) return <span className={styles.fold} />;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.fold}
      aria-label={props.folded ? text.unfold : text.fold}
      onClick={props.onPress}
    >
      <Icon of={props.folded ? ChevronRight : ChevronDown} small />
    </button>
  );
}

function LineText(props: { lines: Lines; json: boolean; line: number; matches: Matches }) {
  const { lines, json, line, matches } = props;
  const start = lines.starts[line] ?? 0;
  const end = lines.ends[line] ?? 0;
  const stop = Math.min(end, start + LINE_CHARACTERS);
  const tokens = json ? tokensOf(lines.text, start, stop) : [{ kind: 'text' as const, start, end: stop }];
  let place = 0;
  return (
    <span className={styles.text}>
      {segmentsOf(lines.text, tokens, matches).map((segment) => {
        place += 1;
        return segment.found === 'no' ? (
          <span key={place} data-token={segment.kind}>
            {segment.text}
          </span>
        ) : (
          <mark key={place} data-here={segment.found === 'here' || undefined}>
            {segment.text}
          </mark>
        );
      })}
      {stop < end ? '…' : null}
    </span>
  );
}
