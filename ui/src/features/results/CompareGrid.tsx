import { useMemo, useState } from 'react';
import type { ColumnView } from '../../bindings/ColumnView';
import { Segments } from '../../design/Segments';
import { plain } from '../../design/text';
import { compared, results as text } from '../../text/results';
import type { Position } from '../matrix/keyboard';
import { CellViewer, type Viewed } from './CellViewer';
import { type Comparison, type Kinds, linesOf } from './compareLines';
import { DataGrid } from './DataGrid';
import { cellActions, GridFoot } from './ResultGrid';
import { type Range, within } from './range';
import styles from './results.module.css';
import { type Source, useCopy } from './useCopy';
import { places } from './values';

export interface CompareGridProps extends Comparison {
  columns: ColumnView[];
  /** How many rows each result has. */
  left: number;
  right: number;
  testId?: string;
}

/** Two results row by row: the two lines of a row that differs stand together, and their differing cells are marked. */
export function CompareGrid(props: CompareGridProps) {
  const signature = JSON.stringify(props.columns);
  return <Compared key={signature} {...props} />;
}

function Compared(props: CompareGridProps) {
  const { only_left, only_right, different, labels } = props;
  const [columns] = useState(props.columns);
  const [kinds, setKinds] = useState<Kinds>('all');
  const [selected, setSelected] = useState<Range | null>(null);
  const [viewed, setViewed] = useState<Viewed | null>(null);
  const lines = useMemo(
    () => linesOf({ only_left, only_right, different, labels }, kinds),
    [only_left, only_right, different, labels, kinds],
  );
  const rows = useMemo(() => lines.map((line) => line.values), [lines]);
  const selection = within(selected, lines.length);
  const source: Source = {
    columns,
    rows: lines.length,
    row: (place) => lines[place]?.values ?? [],
    lead: {
      column: { name: compared.where, type: 'text' },
      value: (place) => lines[place]?.head.text ?? '',
    },
  };
  const copy = useCopy(source, {});
  const view = (row: number, column: number) =>
    setViewed({
      value: lines[row]?.values[column] ?? null,
      column: columns[column] ?? { name: '', type: '' },
      row: lines[row]?.head.label ?? '',
    });
  const menu = (place: Position, range: Range | null, fit: () => void) => {
    if (place.row >= 0)
      return { label: text.cellMenu, actions: cellActions(place, range, copy.rangeActions, view) };
    return {
      label: text.headerMenu(copy.nameOf(place.column)),
      actions: [
        { id: 'fit', label: text.fit, run: fit },
        { id: 'copy-name', label: text.copyName, run: () => copy.copyName(place.column) },
      ],
    };
  };
  const total = different.length + only_left.length + only_right.length;
  const sides = { left: plain(labels.left), right: plain(labels.right) };
  return (
    <div className={styles.frame}>
      <div className={styles.tools}>
        <Segments
          label={compared.filter}
          hideLabel
          value={kinds}
          onChange={(value) => {
            setKinds(value as Kinds);
            setSelected(null);
          }}
          choices={[
            { id: 'all', label: compared.all(total), testId: 'compared-all' },
            { id: 'different', label: compared.different(different.length), testId: 'compared-different' },
            { id: 'left', label: compared.onlyIn(sides.left, only_left.length), testId: 'compared-left' },
            { id: 'right', label: compared.onlyIn(sides.right, only_right.length), testId: 'compared-right' },
          ]}
        />
      </div>
      <DataGrid
        key={kinds}
        label={compared.label}
        testId={props.testId ?? 'compare-grid'}
        columns={columns}
        rows={rows}
        order={null}
        head={(place) => lines[place]?.head ?? null}
        corner={compared.where}
        headPlaces={Math.min(
          30,
          Math.max(...[sides.left, sides.right].map((side) => places(compared.headOnly(side)))),
        )}
        onOpen={view}
        onCopy={copy.copyRange}
        onCopyName={copy.copyName}
        onSelection={setSelected}
        menu={menu}
      >
        {lines.length === 0 ? (
          <p className={styles.nothing} data-testid="compared-none">
            {total === 0 ? compared.same : compared.noneOfKind}
          </p>
        ) : null}
      </DataGrid>
      <GridFoot
        status={compared.counts(sides.left, props.left, sides.right, props.right)}
        selection={selection}
        menu={copy.menu(selection)}
        copying={copy.copying}
        onCancel={copy.cancel}
      />
      {viewed ? <CellViewer viewed={viewed} onClose={() => setViewed(null)} /> : null}
    </div>
  );
}
