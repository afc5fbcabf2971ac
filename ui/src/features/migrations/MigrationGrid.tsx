import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDownToLine, Unlink } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, memo, useEffect, useId, useRef, useState } from 'react';
import { useBootstrap } from '../../app/queries';
import { useStore } from '../../app/store';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MigrationSummary } from '../../bindings/MigrationSummary';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { CLASS_SHAPES } from '../../design/Layout';
import { type Action, MenuAt } from '../../design/Menu';
import { scaled } from '../../design/metrics';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { classNames } from '../../text/common';
import { alongLine } from '../../text/locale';
import { migrations as text } from '../../text/migrations';
import { move, type Position, settle } from '../matrix/keyboard';
import { refreshCells } from './cells';
import { adopt, copyFullTag, deleteMigration, moveMigration, rowMenu } from './deeds';
import { drafts } from './drafts';
import { focusEditor } from './focus';
import type { MigrationRow } from './list';
import styles from './migrations.module.css';
import { openNewMigration, openPlan, place } from './place';
import { StandingFace, standingFace } from './StandingFace';

interface Props {
  database: DatabaseView;
  rows: MigrationRow[];
  list: MigrationSummary[];
  environments: EnvironmentView[];
  /** Slugs of the environments whose cell was read. */
  read: ReadonlySet<string>;
  /** The editor stands beside it: there is room for shapes only. */
  narrow: boolean;
  shownId: string | null;
}

/** Migrations down, environments across. The grid keeps the focus itself and names its cell by aria-activedescendant. */
export function MigrationGrid({ database, rows, list, environments, read, narrow, shownId }: Props) {
  'use no memo'; // useVirtualizer answers a mutable object, which the compiler would take for a constant
  const grid = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const compact = useBootstrap().data?.settings.compact ?? false;
  const [cursor, setCursor] = useState<{ id: string | null; column: number }>({ id: shownId, column: -1 });
  const [menu, setMenu] = useState<{ label: string; actions: Action[]; x: number; y: number } | null>(null);
  const height = scaled(compact ? 26 : 32);
  const header = scaled(32);
  const bounds = {
    rows: rows.length,
    columns: environments.length,
    page: Math.max(1, Math.floor(((grid.current?.clientHeight ?? 400) - header) / height) - 1),
  };
  const at = rows.findIndex((row) => row.id === (cursor.id ?? shownId));
  const current = settle({ row: Math.max(0, at), column: cursor.column }, bounds);
  const currentRow = rows[current.row];
  const environment = environments[current.column];
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => grid.current,
    estimateSize: () => height,
    overscan: 8,
    scrollPaddingStart: header,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again when the height of a row changes
  useEffect(() => virtual.measure(), [height]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new place of the cursor is gone to
  useEffect(() => {
    const element = grid.current;
    if (!element) return;
    const top = current.row * height;
    const room = element.clientHeight - header;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + room) element.scrollTop = top + height - room;
  }, [current.row, rows.length]);

  const go = ({ row, column }: Position) => {
    const next = rows[Math.max(0, row)];
    if (!next) return;
    setCursor({ id: next.id, column });
    // With the editor open, it follows the cursor.
    if (place.get().migrationId !== null && next.kind === 'migration') place.set({ migrationId: next.id });
  };
  const edit = (row: MigrationRow) => {
    if (row.kind !== 'migration') return;
    place.set({ migrationId: row.id, creating: false });
    focusEditor();
  };
  const openMenu = (row: MigrationRow, slug: string | null, spot?: { x: number; y: number }) => {
    const column = slug === null ? -1 : environments.findIndex((candidate) => candidate.slug === slug);
    const box = document.getElementById(idOf(prefix, rows.indexOf(row), column))?.getBoundingClientRect();
    setMenu({
      label: text.menu(row.name),
      actions: rowMenu(database, row, list, slug),
      x: spot?.x ?? (box ? box.left + scaled(24) : 0),
      y: spot?.y ?? box?.bottom ?? 0,
    });
  };
  const activate = (row: MigrationRow, slug: string | null) => {
    if (slug === null) return edit(row);
    const state = row.standings.get(slug)?.state;
    const configured = database.envs.some((config) => config.slug === slug);
    if (configured && row.kind === 'migration' && (state === undefined || state === 'pending'))
      openPlan(database.id, slug, { kind: 'run', to: row.tag });
    else openMenu(row, slug);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return;
    const { key } = event;
    const control = event.ctrlKey || event.metaKey;
    if (event.altKey && (key === 'ArrowUp' || key === 'ArrowDown')) {
      if (currentRow?.kind === 'migration')
        void moveMigration(database, currentRow.id, list, key === 'ArrowUp' ? -1 : 1);
    } else if (event.altKey) return;
    else if (key === 'ContextMenu' || (event.shiftKey && key === 'F10')) {
      if (currentRow) openMenu(currentRow, environment?.slug ?? null);
    } else {
      const next = move(current, alongLine(key), control, bounds);
      if (next) go(next.row < 0 ? { ...next, row: 0 } : next);
      else if (control || !keyDeed(key)) return;
    }
    event.preventDefault();
  };
  const keyDeed = (key: string): boolean => {
    if (key === 'n') openNewMigration(database.id);
    else if (key === 'r') void refreshCells(database.envs.map(({ id }) => id));
    else if (!currentRow) return false;
    else if (key === 'Enter') activate(currentRow, environment?.slug ?? null);
    else if (key === 'e') edit(currentRow);
    else if (key === 'c') void copyFullTag(database, currentRow.tag);
    else if (key === 'a' && currentRow.kind === 'missing') void adopt(database, currentRow);
    else if (key === 'p') openPlan(database.id, environment?.slug ?? place.get().slug ?? '');
    else if (key === 'Delete' && currentRow.kind === 'migration')
      void deleteMigration({ id: currentRow.id, name: currentRow.name });
    else return false;
    return true;
  };

  const spotOf = (target: EventTarget | null): { row: MigrationRow; column: number } | null => {
    const cell = target instanceof Element ? target.closest<HTMLElement>('[data-column]') : null;
    const row = rows[Number(cell?.closest<HTMLElement>('[data-row]')?.dataset.row ?? 'NaN')];
    return cell && row ? { row, column: Number(cell.dataset.column) } : null;
  };
  const onClick = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest('button')) return;
    const spot = spotOf(event.target);
    if (!spot) return;
    setCursor({ id: spot.row.id, column: spot.column });
    const slug = environments[spot.column]?.slug ?? null;
    if (slug === null && spot.row.kind === 'migration')
      place.set({ migrationId: spot.row.id, creating: false });
    else activate(spot.row, slug);
  };

  return (
    <>
      <div
        ref={grid}
        role="grid"
        tabIndex={0}
        className={styles.grid}
        aria-label={text.list(plain(database.name))}
        aria-rowcount={rows.length + 1}
        aria-colcount={environments.length + 1}
        aria-activedescendant={currentRow ? idOf(prefix, current.row, current.column) : undefined}
        data-testid="migration-grid"
        data-narrow={narrow || undefined}
        style={{ '--columns': environments.length }}
        onKeyDown={onKeyDown}
        onClick={onClick}
        onContextMenu={(event) => {
          const spot = spotOf(event.target);
          if (!spot) return;
          event.preventDefault();
          setCursor({ id: spot.row.id, column: spot.column });
          openMenu(spot.row, environments[spot.column]?.slug ?? null, { x: event.clientX, y: event.clientY });
        }}
      >
        <div role="rowgroup">
          <div className={classes(styles.line, styles.gridHead)} role="row" aria-rowindex={1}>
            <span role="columnheader" aria-colindex={1}>
              {text.migration}
            </span>
            {environments.map((candidate, column) => (
              <span
                key={candidate.slug}
                role="columnheader"
                aria-colindex={column + 2}
                className={styles.gridEnvironment}
                data-class={candidate.class}
                title={`${plain(candidate.env_name)}, ${classNames[candidate.class]}`}
              >
                <Icon of={CLASS_SHAPES[candidate.class]} small />
                <span className={primitives.truncate}>{candidate.slug}</span>
                <span className="visually-hidden">{classNames[candidate.class]}</span>
              </span>
            ))}
          </div>
          <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows[item.index];
              return row ? (
                <div
                  key={row.id}
                  role="presentation"
                  className={styles.slot}
                  style={{ height: item.size, transform: `translateY(${item.start}px)` }}
                >
                  <Line
                    database={database}
                    row={row}
                    index={item.index}
                    prefix={prefix}
                    environments={environments}
                    read={read}
                    narrow={narrow}
                    shown={row.id === shownId}
                    column={current.row === item.index ? current.column : null}
                  />
                </div>
              ) : null;
            })}
          </div>
        </div>
      </div>
      {menu ? (
        <>
          <div ref={anchor} className={styles.menuAnchor} style={{ left: menu.x, top: menu.y }} />
          <MenuAt
            anchor={anchor}
            label={menu.label}
            actions={menu.actions}
            returnTo={grid}
            onClose={() => setMenu(null)}
          />
        </>
      ) : null}
    </>
  );
}

const idOf = (prefix: string, row: number, column: number): string => `${prefix}-${row}-${column}`;

const Line = memo(function Line(props: {
  database: DatabaseView;
  row: MigrationRow;
  index: number;
  prefix: string;
  environments: EnvironmentView[];
  read: ReadonlySet<string>;
  narrow: boolean;
  shown: boolean;
  /** Where the cursor is, if it is in this row. */
  column: number | null;
}) {
  const { database, row, index, prefix, environments, narrow } = props;
  const configured = new Set(database.envs.map(({ slug }) => slug));
  return (
    <div className={styles.line} role="row" aria-rowindex={index + 2} data-row={index}>
      <div
        id={idOf(prefix, index, -1)}
        role="rowheader"
        aria-colindex={1}
        className={styles.rowHead}
        data-column={-1}
        data-current={props.column === -1 || undefined}
        data-shown={props.shown || undefined}
        data-testid={`migration-${row.tag}`}
      >
        <span className={styles.number}>{row.kind === 'migration' ? row.summary.position : ''}</span>
        <span
          className={classes(styles.rowName, primitives.truncate)}
          title={plain(`${row.name} (${row.tag})`)}
        >
          {plain(row.name)}
        </span>
        <Marks database={database} row={row} narrow={narrow} />
      </div>
      {environments.map(({ slug, class: of, active }, column) => {
        const standing = row.standings.get(slug);
        const face =
          row.kind === 'missing' && !standing
            ? standingFace(false, true, undefined)
            : standingFace(configured.has(slug), props.read.has(slug), standing);
        return (
          <div
            key={slug}
            id={idOf(prefix, index, column)}
            role="gridcell"
            aria-colindex={column + 2}
            className={styles.standingCell}
            data-class={of}
            data-inactive={!active || undefined}
            data-column={column}
            data-current={props.column === column || undefined}
            data-testid={`standing-${row.tag}-${slug}`}
            data-kind={face.kind}
            title={plain([face.word, face.aside, standing?.error ?? ''].filter(Boolean).join('\n'))}
          >
            <StandingFace face={face} brief={narrow} />
          </div>
        );
      })}
    </div>
  );
});

/** What is to be known of a migration wherever it runs. */
function Marks({ database, row, narrow }: { database: DatabaseView; row: MigrationRow; narrow: boolean }) {
  const unsaved = useStore(drafts, ({ byKey }) => byKey[row.id] !== undefined);
  if (row.kind === 'missing')
    return (
      <Button small onPress={() => void adopt(database, row)} data-testid={`adopt-${row.tag}`}>
        <Icon of={ArrowDownToLine} small />
        {text.adopt}
      </Button>
    );
  const { destructive, has_down, no_transaction } = row.summary;
  return (
    <>
      {unsaved ? <span className={styles.draftMark}>{text.draft}</span> : null}
      {narrow ? null : (
        <span className={styles.marks}>
          {no_transaction ? <span className={styles.faintMark}>{text.noTransaction}</span> : null}
          {has_down ? null : <span className={styles.faintMark}>{text.noDown}</span>}
          {destructive ? (
            <span className={styles.warnMark}>
              <Icon of={Unlink} small />
              {text.destructive}
            </span>
          ) : null}
        </span>
      )}
    </>
  );
}
