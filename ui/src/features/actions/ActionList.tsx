import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight, Plus, Search, TriangleAlert } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { engineOf, useBootstrap, useEngines } from '../../app/queries';
import { useStore } from '../../app/store';
import type { ActionSummary } from '../../bindings/ActionSummary';
import type { DatabaseView } from '../../bindings/DatabaseView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { type Action, MenuAt, MenuButton } from '../../design/Menu';
import { scaled } from '../../design/metrics';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { actions as text } from '../../text/actions';
import { alongLine } from '../../text/locale';
import styles from './actions.module.css';
import { actionMenu, copyFullTag, databaseMenu, deleteAction, duplicateAction, moveAction } from './deeds';
import { drafts, newKey } from './drafts';
import { focusDetail } from './focus';
import { type ActionLists, type ListRow, rowsOf } from './list';
import { openNewAction, place, showAction } from './place';
import { runs } from './runs';

interface Props {
  databases: DatabaseView[];
  lists: ActionLists;
  /** The action that is shown beside the list. */
  shownId: string | null;
}

/** Every database with its actions. The tree keeps the focus itself and names its row by aria-activedescendant. */
export function ActionList({ databases, lists, shownId }: Props) {
  const { filter, folded, creating } = useStore(place, (state) => state);
  const rows = rowsOf(databases, lists, filter, folded);
  return (
    <div className={styles.list}>
      <div className={styles.listHead}>
        <search className={styles.filter}>
          <span className={styles.filterIcon}>
            <Icon of={Search} small />
          </span>
          <input
            className={styles.filterInput}
            value={filter}
            onChange={(event) => place.set({ filter: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === 'Escape' && filter !== '') place.set({ filter: '' });
              else if (event.key !== 'Enter' && event.key !== 'ArrowDown') return;
              event.preventDefault();
              document.querySelector<HTMLElement>('[data-testid="action-tree"]')?.focus();
            }}
            placeholder={text.filter}
            aria-label={text.filter}
            aria-keyshortcuts="/"
            data-testid="action-filter"
            spellCheck={false}
            autoComplete="off"
          />
        </search>
        <NewButton databases={databases} />
      </div>
      {rows.length === 0 ? (
        <p className={styles.nothing} role="status">
          {text.nothing(filter)}
        </p>
      ) : (
        <Tree rows={rows} lists={lists} shownId={creating === null ? shownId : null} creating={creating} />
      )}
    </div>
  );
}

function NewButton({ databases }: { databases: DatabaseView[] }) {
  const [only] = databases;
  const button = (
    <Button
      iconOnly
      aria-label={text.create}
      data-testid="action-create"
      {...(databases.length === 1 && only ? { onPress: () => openNewAction(only.id) } : {})}
    >
      <Icon of={Plus} small />
    </Button>
  );
  if (databases.length === 1) return button;
  return (
    <MenuButton
      label={text.create}
      button={button}
      actions={databases.map((database) => ({
        id: `new-in-${database.tag}`,
        label: text.createIn(plain(database.name)),
        run: () => openNewAction(database.id),
      }))}
    />
  );
}

interface TreeProps {
  rows: ListRow[];
  lists: ActionLists;
  shownId: string | null;
  creating: string | null;
}

function Tree({ rows, lists, shownId, creating }: TreeProps) {
  'use no memo'; // useVirtualizer answers a mutable object, which the compiler would take for a constant
  const tree = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const compact = useBootstrap().data?.settings.compact ?? false;
  // On a database the cursor is where no action is shown; else it is on the one that is.
  const [onDatabase, setOnDatabase] = useState<string | null>(null);
  const [menu, setMenu] = useState<{ label: string; actions: Action[]; x: number; y: number } | null>(null);
  const height = scaled(compact ? 26 : 32);
  const cursorId = onDatabase ?? creating ?? shownId;
  const at = Math.max(
    0,
    rows.findIndex((row) => row.id === cursorId),
  );
  const current = rows[at];
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => tree.current,
    estimateSize: () => height,
    overscan: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again when the height of a row changes
  useEffect(() => virtual.measure(), [height]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new place of the cursor is gone to
  useEffect(() => virtual.scrollToIndex(at, { align: 'auto' }), [at]);

  const siblings = (database: DatabaseView): ActionSummary[] => lists.get(database.id) ?? [];
  const go = (row: ListRow | undefined) => {
    if (!row) return;
    setOnDatabase(row.kind === 'database' ? row.id : null);
    if (row.kind === 'action') showAction(row.id);
  };
  const fold = (databaseId: string, open: boolean) =>
    place.set(({ folded }) => {
      const next = new Set(folded);
      if (open) next.delete(databaseId);
      else next.add(databaseId);
      return { folded: next };
    });
  const menuOf = (row: ListRow): Action[] =>
    row.kind === 'action'
      ? actionMenu(row.database, row.action, siblings(row.database))
      : databaseMenu(row.database);
  const openMenu = (row: ListRow, spot?: { x: number; y: number }) => {
    const box = document.getElementById(`${prefix}-${row.id}`)?.getBoundingClientRect();
    setMenu({
      label: text.menu(row.kind === 'action' ? row.action.name : row.database.name),
      actions: menuOf(row),
      x: spot?.x ?? (box ? box.left + scaled(24) : 0),
      y: spot?.y ?? box?.bottom ?? 0,
    });
  };
  const page = Math.max(1, Math.floor((tree.current?.clientHeight ?? 400) / height) - 1);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget || !current) return;
    const { key } = event;
    const onAction = current.kind === 'action' ? current : null;
    const step: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: Math.min(rows.length - 1, at + page),
      PageUp: Math.max(0, at - page),
      Home: 0,
      End: rows.length - 1,
    };
    if (event.altKey) {
      if (!onAction || (key !== 'ArrowUp' && key !== 'ArrowDown')) return;
      const { database, action } = onAction;
      void moveAction(database, action, siblings(database), key === 'ArrowUp' ? -1 : 1);
    } else if (event.shiftKey && key === 'F10') openMenu(current);
    else if (event.ctrlKey || event.metaKey) return;
    else if (step[key] !== undefined) go(rows[step[key]]);
    else if (key === 'ContextMenu') openMenu(current);
    else if (alongLine(key) === 'ArrowLeft') {
      if (onAction) go(rows.find((row) => row.id === current.database.id));
      else fold(current.id, false);
    } else if (alongLine(key) === 'ArrowRight') {
      if (!onAction && current.kind === 'database' && current.open) go(rows[at + 1]);
      else if (!onAction) fold(current.id, true);
    } else if (key.toLowerCase() === 'n') openNewAction(current.database.id);
    else if (key === 'Enter') {
      if (onAction) {
        showAction(onAction.id, 'run');
        focusDetail();
      } else if (current.kind === 'database') fold(current.id, !current.open);
    } else if (!onAction) return;
    else if (key.toLowerCase() === 'e') {
      showAction(onAction.id, 'edit');
      focusDetail();
    } else if (key.toLowerCase() === 'p') showAction(onAction.id, 'plan');
    else if (key.toLowerCase() === 'd') void duplicateAction(onAction.action);
    else if (key.toLowerCase() === 'c') void copyFullTag(onAction.database, onAction.action);
    else if (key === 'Delete') void deleteAction(onAction.action, siblings(onAction.database));
    else return;
    event.preventDefault();
  };

  return (
    <>
      <div
        ref={tree}
        role="tree"
        tabIndex={0}
        className={styles.tree}
        aria-label={text.list}
        aria-activedescendant={current ? `${prefix}-${current.id}` : undefined}
        data-testid="action-tree"
        data-compact={compact || undefined}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={row.id}
                role="presentation"
                className={styles.slot}
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                <Row
                  row={row}
                  id={`${prefix}-${row.id}`}
                  cursor={row === current}
                  selected={row.kind === 'action' && row.id === shownId}
                  onChoose={() => {
                    if (row.kind === 'database') fold(row.id, !row.open);
                    go(row);
                  }}
                  onMenu={(spot) => {
                    go(row);
                    openMenu(row, spot);
                  }}
                />
              </div>
            );
          })}
        </div>
      </div>
      {menu ? (
        <>
          <div ref={anchor} className={styles.menuAnchor} style={{ left: menu.x, top: menu.y }} />
          <MenuAt
            anchor={anchor}
            label={menu.label}
            actions={menu.actions}
            returnTo={tree}
            onClose={() => setMenu(null)}
          />
        </>
      ) : null}
    </>
  );
}

interface RowProps {
  row: ListRow;
  id: string;
  cursor: boolean;
  selected: boolean;
  onChoose: () => void;
  onMenu: (spot: { x: number; y: number }) => void;
}

function Row({ row, id, cursor, selected, onChoose, onMenu }: RowProps) {
  const engines = useEngines();
  const draft = useStore(drafts, ({ byKey }) =>
    row.kind === 'action' ? byKey[row.id] !== undefined : byKey[newKey(row.id)] !== undefined,
  );
  const running = useStore(runs, ({ byAction }) => byAction.get(row.id)?.phase === 'running');
  const shared = {
    id,
    'data-cursor': cursor || undefined,
    onClick: onChoose,
    onContextMenu: (event: React.MouseEvent) => {
      event.preventDefault();
      onMenu({ x: event.clientX, y: event.clientY });
    },
  };
  if (row.kind === 'database')
    return (
      <div
        {...shared}
        role="treeitem"
        aria-level={1}
        aria-expanded={row.open}
        className={classes(styles.row, styles.databaseRow)}
        data-testid={`actions-of-${row.database.tag}`}
      >
        <Icon of={row.open ? ChevronDown : ChevronRight} small />
        <span className={classes(styles.rowName, primitives.truncate)}>{plain(row.database.name)}</span>
        {draft ? <span className={styles.mark}>{text.draft}</span> : null}
        <code className={primitives.faint}>{engineOf(engines, row.database.type)?.abbreviation}</code>
        <span className={styles.count}>{row.count}</span>
      </div>
    );
  const { action } = row;
  return (
    <div
      {...shared}
      role="treeitem"
      aria-level={2}
      aria-setsize={row.count}
      aria-posinset={row.index + 1}
      aria-selected={selected}
      className={classes(styles.row, styles.actionRow)}
      data-testid={`action-${row.database.tag}-${action.tag}`}
    >
      <span className={classes(styles.rowName, primitives.truncate)} title={plain(action.name)}>
        {plain(action.name)}
      </span>
      {running ? <span className={styles.mark}>{text.running}</span> : null}
      {draft ? <span className={styles.mark}>{text.draft}</span> : null}
      {action.runnable ? null : (
        <span className={styles.broken} title={text.broken}>
          <Icon of={TriangleAlert} small />
          <span className="visually-hidden">{text.broken}</span>
        </span>
      )}
      <span className={styles.typeMark} data-writes={action.writes || undefined}>
        {text.types[action.type]}
      </span>
    </div>
  );
}
