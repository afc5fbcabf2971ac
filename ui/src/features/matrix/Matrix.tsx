import { useVirtualizer } from '@tanstack/react-virtual';
import { Ellipsis } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, memo, useEffect, useId, useRef, useState } from 'react';
import { type MatrixKind, navigation, openCell, openDatabase, openDialog } from '../../app/navigation';
import type { Credentials } from '../../app/queries';
import { useStore } from '../../app/store';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import { Icon } from '../../design/Icon';
import { CLASS_SHAPES } from '../../design/Layout';
import { type Action, MenuAt } from '../../design/Menu';
import { scaled } from '../../design/metrics';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { classNames } from '../../text/common';
import { alongLine, language } from '../../text/locale';
import { matrix as text } from '../../text/matrix';
import { matrixText } from '../../text/migrations';
import { environments as environmentText } from '../../text/products';
import { type Cells, refreshCells } from '../migrations/cells';
import { cellsHere, planCells, toggleView } from '../migrations/matrixDeeds';
import { openMigrations } from '../migrations/place';
import { Cell } from './Cell';
import { cursor } from './cursor';
import {
  cellActions,
  columnActions,
  configIdsOf,
  copyUrl,
  deleteDatabase,
  findCell,
  removeConfig,
  rowActions,
  testColumn,
  testRow,
} from './deeds';
import { cellKey, move, type Position, rectangle, settle, toggle } from './keyboard';
import styles from './matrix.module.css';
import type { Row } from './model';
import { startTests } from './testRuns';

interface Props {
  rows: Row[];
  environments: EnvironmentView[];
  credentials: Credentials | undefined;
  compact: boolean;
  view: MatrixKind;
  cells: Cells;
  now: number;
}

const OVERSCAN = 4;

/**
 * The grid keeps the focus itself and names its cell by aria-activedescendant: rows that scroll out of sight leave
 * the document, and focus must not leave with them.
 */
export function Matrix({ rows, environments, credentials, compact, view, cells, now }: Props) {
  'use no memo'; // useVirtualizer answers a mutable object, which the compiler would take for a constant
  const grid = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const [menu, setMenu] = useState<{ label: string; actions: Action[]; x: number; y: number } | null>(null);
  const { position, selection } = useStore(cursor, (state) => state);
  const opened = useStore(navigation, (state) => state.cell);

  const rowHeight = scaled(compact ? 26 : 32);
  const headerHeight = scaled(44);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    // The first frame has its rows at once; how high the grid is, is known when that frame was laid out.
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    scrollMargin: 0,
    scrollPaddingStart: headerHeight,
    paddingStart: 0,
  });
  const measured = useRef(rowHeight);
  useEffect(() => {
    if (measured.current === rowHeight) return;
    measured.current = rowHeight;
    virtual.measure();
  }, [rowHeight, virtual]);

  const slugs = environments.map((environment) => environment.slug);
  const databaseIds = rows.map((row) => row.database.id);
  const bounds = {
    rows: rows.length,
    columns: environments.length,
    page: Math.max(1, Math.floor(((grid.current?.clientHeight ?? 400) - headerHeight) / rowHeight) - 1),
  };
  const current = settle(position, bounds);
  const currentRow = rows[current.row];
  const currentEnvironment = environments[current.column];

  const idOf = (place: Position): string => idAt(prefix, place.row, place.column);

  const goTo = (next: Position, extend: boolean) => {
    const from = cursor.get().anchor ?? current;
    cursor.set({
      position: next,
      anchor: extend ? from : null,
      databaseId: databaseIds[next.row] ?? null,
      slug: slugs[next.column] ?? null,
      ...(extend ? { selection: new Set(rectangle(from, next, databaseIds, slugs)) } : {}),
    });
    reveal(next);
  };

  const reveal = (place: Position) => {
    const element = grid.current;
    if (!element) return;
    if (place.row >= 0) {
      const top = place.row * rowHeight;
      const room = element.clientHeight - headerHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + room) element.scrollTop = top + rowHeight - room;
    }
    const first = element.querySelector<HTMLElement>('[role="columnheader"]')?.offsetWidth ?? 0;
    const header = element.querySelector<HTMLElement>(`[data-header="${place.column}"]`);
    if (header) {
      // The names stand over the columns that are scrolled away, on the side where a line begins.
      const mirrored = language.direction === 'rtl';
      const wanted = header.getBoundingClientRect();
      const left = element.getBoundingClientRect().left + element.clientLeft;
      const low = mirrored ? left : left + first;
      const high = left + element.clientWidth - (mirrored ? first : 0);
      if (wanted.left < low) element.scrollLeft += wanted.left - low;
      else if (wanted.right > high) element.scrollLeft += wanted.right - high;
    }
  };

  const actionsAt = (place: Position): { label: string; actions: Action[] } | null => {
    const row = rows[place.row];
    const environment = environments[place.column];
    if (row && environment)
      return {
        label: `${row.database.name} @ ${environment.slug}`,
        actions: cellActions(row.database.id, environment.slug),
      };
    if (row) return { label: text.rowMenu(row.database.name), actions: rowActions(row.database) };
    if (environment)
      return { label: text.columnMenu(environment.env_name), actions: columnActions(environment) };
    return null;
  };

  const openMenu = (place: Position, at?: { x: number; y: number }) => {
    const found = actionsAt(place);
    if (!found || found.actions.length === 0) return;
    const box = document.getElementById(idOf(place))?.getBoundingClientRect();
    setMenu({ ...found, x: at?.x ?? (box ? box.left + 12 : 0), y: at?.y ?? box?.bottom ?? 0 });
  };

  const activate = (place: Position) => {
    const row = rows[place.row];
    const environment = environments[place.column];
    if (row && environment) {
      const configured = view === 'migrations' && row.cells.has(environment.slug);
      openCell(
        { databaseId: row.database.id, slug: environment.slug },
        configured ? 'migrations' : 'connection',
      );
    } else if (row && view === 'migrations') openMigrations(row.database.id);
    else if (row) openDatabase(row.database.id);
    else openMenu(place);
  };

  const testHere = () => {
    if (selection.size > 1) return void startTests(configIdsOf(selection));
    if (currentRow && currentEnvironment)
      return void startTests(configIdsOf([cellKey(currentRow.database.id, currentEnvironment.slug)]));
    if (currentRow) return testRow(currentRow.database);
    if (currentEnvironment) return testColumn(currentEnvironment.slug);
  };

  const editHere = () => {
    if (currentRow && currentEnvironment)
      openCell({ databaseId: currentRow.database.id, slug: currentEnvironment.slug }, 'connection');
    else if (currentRow) openDialog({ kind: 'database-edit', databaseId: currentRow.database.id });
    else if (currentEnvironment)
      openDialog({ kind: 'environment-edit', environmentId: currentEnvironment.id });
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return;
    if (menu) {
      // It was asked for and does not have the focus yet: no key is the grid's, and Escape takes it back.
      event.preventDefault();
      if (event.key === 'Escape') setMenu(null);
      return;
    }
    const control = event.ctrlKey || event.metaKey;
    const next = event.altKey ? null : move(current, alongLine(event.key), control, bounds);
    if (next) {
      event.preventDefault();
      goTo(next, event.shiftKey);
      return;
    }
    if (event.key === 'ContextMenu' || (event.shiftKey && event.key === 'F10')) {
      event.preventDefault();
      openMenu(current);
      return;
    }
    if (control && event.key.toLowerCase() === 'a') {
      event.preventDefault();
      cursor.set({
        selection: new Set(rectangle({ row: -1, column: -1 }, { row: -1, column: -1 }, databaseIds, slugs)),
      });
      return;
    }
    if (control || event.altKey) return;
    const handled = keyDeed(event.key);
    if (handled) event.preventDefault();
  };

  const keyDeed = (key: string): boolean => {
    switch (key) {
      case 'Enter':
        activate(current);
        return true;
      case ' ':
        cursor.set({
          selection: toggle(selection, rectangle(current, current, databaseIds, slugs)),
          anchor: current,
        });
        return true;
      case 'Escape':
        if (selection.size > 0) cursor.set({ selection: new Set(), anchor: null });
        else navigation.set({ cell: null });
        return true;
      case 't':
        testHere();
        return true;
      case 'e':
        editHere();
        return true;
      case 'm':
        toggleView();
        return true;
      case 'r':
        void refreshCells(cellsHere());
        return true;
      case 'p':
        planCells(cellsHere());
        return true;
      case 'c': {
        const config =
          currentRow && currentEnvironment
            ? findCell(currentRow.database.id, currentEnvironment.slug)?.config
            : undefined;
        if (config) void copyUrl(config.id, true);
        return true;
      }
      case 'Delete':
        if (currentRow && currentEnvironment)
          void removeConfig(currentRow.database.id, currentEnvironment.slug);
        else if (currentRow) void deleteDatabase(currentRow.database);
        return true;
      default:
        return false;
    }
  };

  const placeOf = (target: EventTarget | null): Position | null => {
    const element =
      target instanceof Element ? target.closest<HTMLElement>('[data-column],[data-header]') : null;
    if (!element) return null;
    if (element.dataset.header !== undefined) return { row: -1, column: Number(element.dataset.header) };
    const row = Number(element.closest<HTMLElement>('[data-row]')?.dataset.row);
    return { row, column: Number(element.dataset.column) };
  };

  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    if (event.target instanceof Element && event.target.closest('button')) return;
    const place = placeOf(event.target);
    if (!place) return;
    if (event.shiftKey) return goTo(place, true);
    if (event.ctrlKey || event.metaKey) {
      goTo(place, false);
      cursor.set({
        selection: toggle(selection, rectangle(place, place, databaseIds, slugs)),
        anchor: place,
      });
      return;
    }
    goTo(place, false);
    cursor.set({ selection: new Set() });
    activate(place);
  };

  const onContextMenu = (event: MouseEvent<HTMLDivElement>) => {
    const place = placeOf(event.target);
    if (!place) return;
    event.preventDefault();
    grid.current?.focus();
    goTo(place, false);
    openMenu(place, { x: event.clientX, y: event.clientY });
  };

  // Rows that leave at one end come back at the other. Their elements are filled anew and placed anew, and stay where they are in
  // the document: one that is moved there is drawn as if it were new. `aria-rowindex` tells their order.
  const slots = Math.ceil((grid.current?.clientHeight ?? 1200) / rowHeight) + 2 * OVERSCAN + 2;
  const shown = virtual
    .getVirtualItems()
    .toSorted((one, other) => (one.index % slots) - (other.index % slots));
  return (
    <>
      <div
        ref={grid}
        role="grid"
        tabIndex={0}
        className={styles.grid}
        aria-label={view === 'migrations' ? matrixText.label : text.label}
        aria-rowcount={rows.length + 1}
        aria-colcount={environments.length + 1}
        aria-multiselectable
        aria-activedescendant={idOf(current)}
        data-testid="matrix"
        style={{
          '--columns': environments.length,
          '--matrix-row': compact ? 'var(--row-compact)' : 'var(--row)',
        }}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onContextMenu={onContextMenu}
      >
        <div className={styles.body} role="rowgroup">
          <div className={styles.header} role="row" aria-rowindex={1}>
            <div role="columnheader" aria-colindex={1} className={styles.corner}>
              {text.database}
            </div>
            {environments.map((environment, column) => (
              <ColumnHeader
                key={environment.id}
                id={idOf({ row: -1, column })}
                environment={environment}
                column={column}
                current={current.row === -1 && current.column === column}
                onMenu={() => openMenu({ row: -1, column })}
              />
            ))}
          </div>
          {shown.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <MatrixRow
                key={item.index % slots}
                row={row}
                index={item.index}
                top={item.start}
                prefix={prefix}
                environments={environments}
                credentials={credentials}
                currentColumn={current.row === item.index ? current.column : null}
                selection={selection}
                openSlug={opened?.databaseId === row.database.id ? opened.slug : null}
                view={view}
                cells={cells}
                now={now}
              />
            );
          })}
          <div style={{ height: virtual.getTotalSize() }} />
        </div>
      </div>
      <div
        ref={anchor}
        aria-hidden="true"
        style={{ position: 'fixed', left: menu?.x ?? 0, top: menu?.y ?? 0 }}
      />
      {menu ? (
        <MenuAt
          key={`${menu.x}-${menu.y}`}
          anchor={anchor}
          label={menu.label}
          actions={menu.actions}
          returnTo={grid}
          onClose={() => setMenu(null)}
        />
      ) : null}
    </>
  );
}

function idAt(prefix: string, row: number, column: number): string {
  return `${prefix}-${row}-${column}`;
}

/** Memoised by hand, as the matrix itself draws again with every step of a scroll and its rows must not. */
const MatrixRow = memo(function MatrixRow(props: {
  row: Row;
  index: number;
  /** From the first row's, in pixels. */
  top: number;
  prefix: string;
  environments: EnvironmentView[];
  credentials: Credentials | undefined;
  currentColumn: number | null;
  selection: ReadonlySet<string>;
  openSlug: string | null;
  view: MatrixKind;
  cells: Cells;
  now: number;
}) {
  const { row, index, prefix, environments, credentials, currentColumn, selection, openSlug } = props;
  const { database } = row;
  return (
    <div
      className={styles.line}
      role="row"
      aria-rowindex={index + 2}
      data-row={index}
      style={{ top: `calc(var(--grid-header) + ${props.top}px)` }}
    >
      <div
        id={idAt(prefix, index, -1)}
        role="rowheader"
        aria-colindex={1}
        className={styles.rowHeader}
        data-column={-1}
        data-testid={`row-${database.tag}`}
        data-current={currentColumn === -1 || undefined}
        data-open={openSlug !== null || undefined}
        title={plain(`${database.name} (${database.tag})`)}
      >
        <span className={styles.rowName}>{plain(database.name)}</span>
        <span className={styles.engine}>
          <span aria-hidden="true">{row.engine?.abbreviation}</span>
          <span className="visually-hidden">{row.engine?.display_name}</span>
        </span>
      </div>
      {environments.map((environment, column) => {
        const config = row.cells.get(environment.slug);
        return (
          <Cell
            key={environment.id}
            id={idAt(prefix, index, column)}
            testId={`cell-${database.tag}-${environment.slug}`}
            column={column}
            config={config}
            credential={config && credentials?.states.get(config.id)}
            environmentClass={environment.class}
            inactive={!environment.active}
            current={currentColumn === column}
            selected={selection.has(cellKey(database.id, environment.slug))}
            open={openSlug === environment.slug}
            view={props.view}
            migrations={config && props.cells.get(config.id)}
            now={props.now}
          />
        );
      })}
    </div>
  );
});

function ColumnHeader(props: {
  id: string;
  environment: EnvironmentView;
  column: number;
  current: boolean;
  onMenu: () => void;
}) {
  const { environment } = props;
  return (
    <div
      id={props.id}
      role="columnheader"
      aria-colindex={props.column + 2}
      className={styles.columnHeader}
      data-class={environment.class}
      data-inactive={!environment.active || undefined}
      data-current={props.current || undefined}
      data-header={props.column}
      data-testid={`column-${environment.slug}`}
      title={plain(environment.description ?? environment.env_name)}
    >
      <span className={styles.columnName}>
        <span className={styles.slug}>{environment.slug}</span>
        <span className={classes(styles.envName, primitives.truncate)}>{plain(environment.env_name)}</span>
      </span>
      <span className={styles.className} data-class={environment.class}>
        <Icon of={CLASS_SHAPES[environment.class]} small />
        {classNames[environment.class]}
        {environment.active ? null : `, ${environmentText.inactive}`}
      </span>
      <span className={styles.headerButton}>
        <button
          type="button"
          tabIndex={-1}
          className={classes(primitives.button, primitives.quiet, primitives.small, primitives.iconOnly)}
          aria-label={text.columnMenu(environment.env_name)}
          onClick={props.onMenu}
        >
          <Icon of={Ellipsis} small />
        </button>
      </span>
    </div>
  );
}
