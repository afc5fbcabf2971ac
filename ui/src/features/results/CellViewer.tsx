import { ChevronDown, ChevronUp, Copy } from 'lucide-react';
import { type KeyboardEvent, useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import type { ColumnView } from '../../bindings/ColumnView';
import { Button } from '../../design/Button';
import { Dialog } from '../../design/Dialog';
import { Checkbox, Field } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { Segments } from '../../design/Segments';
import { plain } from '../../design/text';
import { common } from '../../text/common';
import { results, viewer as text } from '../../text/results';
import { type Content, linesOfView, readContent, type ViewName } from './content';
import { foldedBelow, type JsonLines, parentsOf, visibleLines } from './json';
import { LineView } from './LineView';
import { findAll, lineAt, MOST_LINES, MOST_MATCHES } from './lines';
import { useSliced } from './slices';
import { copyValue } from './useCopy';
import { cutAt } from './values';
import styles from './viewer.module.css';

export interface Viewed {
  value: unknown;
  column: ColumnView;
  /** The row's number, or what a comparison calls it. */
  row: string;
}

/** Of a document with more lines only the upper levels are open at first. */
const OPEN_LINES = 200;
const FIRST_DEPTH = 2;
const DEPTHS = [1, 2, 3];

/** One value, whole: JSON laid out, long text in lines, bytes as a dump. */
export function CellViewer({ viewed, onClose }: { viewed: Viewed; onClose: () => void }) {
  const read = useSliced(useCallback(() => readContent(viewed.value, viewed.column), [viewed]));
  const content = read?.value ?? null;
  const [chosen, setView] = useState<ViewName | null>(null);
  const view = chosen ?? content?.views[0] ?? 'text';
  const empty =
    content && (content.kind === 'null' ? text.nullText : content.whole === '' ? text.emptyText : null);
  return (
    <Dialog
      title={plain(text.title(cutAt(viewed.column.name, 80), viewed.row))}
      lead={[plain(viewed.column.type), content && empty === null ? sizeOf(content) : '']
        .filter(Boolean)
        .join(', ')}
      onClose={onClose}
      wide
      testId="cell-viewer"
    >
      {content === null ? (
        <div className={styles.waiting}>
          <Waiting label={text.reading} />
        </div>
      ) : empty ? (
        <p className={primitives.dialogBody} data-testid="value-empty">
          {empty}
        </p>
      ) : (
        <Value key={view} content={content} view={view} onView={setView} />
      )}
      <div className={primitives.dialogFoot}>
        <Button
          onPress={() => void copyValue(content?.whole)}
          isDisabled={content === null || empty !== null}
          data-testid="value-copy"
        >
          <Icon of={Copy} small />
          {results.copy}
        </Button>
        <Button onPress={onClose} data-testid="value-close">
          {common.close}
        </Button>
      </div>
    </Dialog>
  );
}

function sizeOf(content: Content): string {
  return content.bytes ? text.bytes(content.bytes.all) : text.size(content.whole.length);
}

function Value(props: { content: Content; view: ViewName; onView: (view: ViewName) => void }) {
  const { content, view } = props;
  const lines = useMemo(() => linesOfView(content, view), [content, view]);
  const json = view === 'json' ? content.json : null;
  const [wrap, setWrap] = useState(view === 'text');
  const folding = useFolding(json);
  const search = useSearch(lines.text);
  const target = search.place === null ? null : lineAt(lines, search.place);
  const go = (by: number) => {
    const place = search.go(by);
    if (json && place !== null) folding.open(parentsOf(json, lineAt(lines, place)));
  };
  const field = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f') {
      event.preventDefault();
      field.current?.querySelector('input')?.focus();
    } else if (event.key === 'F3' || (event.key === 'Enter' && event.target instanceof HTMLInputElement)) {
      event.preventDefault();
      go(event.shiftKey ? -1 : 1);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys for what stands in it
    <div className={styles.value} onKeyDown={onKeyDown}>
      <div className={styles.bar}>
        {content.views.length > 1 ? (
          <Segments
            label={text.view}
            hideLabel
            value={view}
            onChange={(chosen) => props.onView(chosen as ViewName)}
            choices={content.views.map((id) => ({ id, label: text.views[id], testId: `value-view-${id}` }))}
          />
        ) : null}
        {json ? (
          <Segments
            label={text.depth}
            hideLabel
            value={String(folding.depth)}
            onChange={(depth) => folding.toDepth(Number(depth))}
            choices={[
              ...DEPTHS.map((depth) => ({
                id: String(depth),
                label: String(depth),
                testId: `value-depth-${depth}`,
              })),
              { id: String(EVERY_DEPTH), label: text.all, testId: 'value-depth-all' },
            ]}
          />
        ) : null}
        <Checkbox isSelected={wrap} onChange={setWrap} testId="value-wrap">
          {text.wrap}
        </Checkbox>
        <div className={styles.search} ref={field}>
          <Field
            label={text.search}
            hideLabel
            placeholder={text.searchHint}
            value={search.query}
            onChange={search.setQuery}
            testId="value-search"
          />
          <span className={styles.count} role="status" data-testid="value-matches">
            {search.query === ''
              ? null
              : search.searching
                ? text.searching
                : text.matches(search.matches.at, search.count, search.count === MOST_MATCHES)}
          </span>
          <Button
            small
            look="quiet"
            iconOnly
            aria-label={text.previous}
            isDisabled={search.count === 0}
            onPress={() => go(-1)}
            data-testid="value-previous"
          >
            <Icon of={ChevronUp} small />
          </Button>
          <Button
            small
            look="quiet"
            iconOnly
            aria-label={text.next}
            isDisabled={search.count === 0}
            onPress={() => go(1)}
            data-testid="value-next"
          >
            <Icon of={ChevronDown} small />
          </Button>
        </div>
      </div>
      {shortened(content, view, lines.count) ? (
        <p className={styles.note}>{shortened(content, view, lines.count)}</p>
      ) : null}
      <LineView
        lines={lines}
        json={json}
        visible={folding.visible}
        folded={folding.folded}
        onFold={folding.toggle}
        wrap={wrap}
        matches={search.matches}
        target={target}
      />
    </div>
  );
}

function shortened(content: Content, view: ViewName, lines: number): string | null {
  if (view === 'bytes' && content.bytes && content.bytes.shown < content.bytes.all)
    return text.shortenedBytes(content.bytes.shown);
  return lines >= MOST_LINES ? text.shortened(MOST_LINES) : null;
}

const EVERY_DEPTH = 0;
const NOTHING_FOLDED: ReadonlySet<number> = new Set();

/** Which parts of a document are closed. */
function useFolding(json: JsonLines | null) {
  const first = json && json.count > OPEN_LINES ? FIRST_DEPTH : EVERY_DEPTH;
  const [depth, setDepth] = useState(first);
  const [folded, setFolded] = useState<ReadonlySet<number>>(() =>
    json && first !== EVERY_DEPTH ? foldedBelow(json, first) : NOTHING_FOLDED,
  );
  const visible = useMemo(() => (json ? visibleLines(json, folded) : null), [json, folded]);
  return {
    depth,
    folded,
    visible,
    toDepth: (next: number) => {
      setDepth(next);
      setFolded(json && next !== EVERY_DEPTH ? foldedBelow(json, next) : NOTHING_FOLDED);
    },
    toggle: (line: number) =>
      setFolded((before) => {
        const next = new Set(before);
        if (!next.delete(line)) next.add(line);
        return next;
      }),
    open: (lines: number[]) =>
      setFolded((before) => {
        if (!lines.some((line) => before.has(line))) return before;
        const next = new Set(before);
        for (const line of lines) next.delete(line);
        return next;
      }),
  };
}

const NONE_FOUND = new Uint32Array();

/** What is searched and where it was found; typing is never held up by a long text. */
function useSearch(content: string) {
  const [query, setTyped] = useState('');
  const [at, setAt] = useState(0);
  /** Whether a person asked to be brought to a match. */
  const [asked, setAsked] = useState(false);
  const searched = useDeferredValue(query);
  const found = useSliced(useCallback(() => findAll(content, searched), [content, searched]));
  const starts = found?.value ?? NONE_FOUND;
  const count = starts.length;
  return {
    query,
    /** Whether the text is still looked through. */
    searching: found === null || searched !== query,
    count,
    matches: { starts, length: searched.length, at: Math.min(at, Math.max(0, count - 1)) },
    /** Where the window goes; null before anything was searched. */
    place: count > 0 && asked ? (starts[Math.min(at, count - 1)] ?? null) : null,
    setQuery: (typed: string) => {
      setTyped(typed);
      setAt(0);
      setAsked(false);
    },
    /** To the next or the previous match; the first time to the first. */
    go: (by: number): number | null => {
      if (count === 0) return null;
      const next = asked ? (at + by + count) % count : by > 0 ? 0 : count - 1;
      setAt(next);
      setAsked(true);
      return starts[next] ?? null;
    },
  };
}
