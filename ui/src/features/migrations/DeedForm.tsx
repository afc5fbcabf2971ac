import type { DatabaseView } from '../../bindings/DatabaseView';
import type { EnvironmentView } from '../../bindings/EnvironmentView';
import type { MigrationCell } from '../../bindings/MigrationCell';
import type { MigrationDeed } from '../../bindings/MigrationDeed';
import type { MigrationSummary } from '../../bindings/MigrationSummary';
import { Select } from '../../design/Field';
import { Segments } from '../../design/Segments';
import { plain } from '../../design/text';
import { deedText as text } from '../../text/migrationRuns';
import { earlierOf } from './order';
import { place } from './place';
import run from './run.module.css';

const KINDS = ['run', 'promote', 'rollback', 'baseline'] as const;

interface Props {
  database: DatabaseView;
  environment: EnvironmentView;
  environments: EnvironmentView[];
  list: MigrationSummary[];
  cell: MigrationCell | undefined;
  deed: MigrationDeed;
}

const ALL = '*';
const STEP = '#';

const set = (deed: MigrationDeed) => place.set({ deed });

/** What to do, and how far. */
export function DeedForm(props: Props) {
  const { database, environment, environments, list, cell, deed } = props;
  const others = environments.filter(
    ({ slug }) => slug !== environment.slug && database.envs.some((config) => config.slug === slug),
  );
  const earlier = earlierOf(environments, database.envs, environment) ?? others[0];
  const choose = (kind: string) => {
    if (kind === 'rollback') set({ kind, steps: 1 });
    else if (kind === 'promote') set({ kind, from: earlier?.slug ?? '' });
    else if (kind === 'baseline') set({ kind, at: list.at(-1)?.tag ?? '' });
    else set({ kind: 'run' });
  };
  return (
    <>
      <Segments
        label={text.label}
        hideLabel
        value={deed.kind}
        choices={[
          ...KINDS.filter((kind) => kind !== 'promote' || others.length > 0),
          ...(deed.kind === 'repair' ? (['repair'] as const) : []),
        ].map((id) => ({ id, label: text.kinds[id], testId: `deed-${id}` }))}
        onChange={choose}
      />
      <Reach {...props} others={others} list={list} cell={cell} />
    </>
  );
}

/** How far. */
function Reach({ list, cell, deed, others }: Props & { others: EnvironmentView[] }) {
  const named = ({ tag, name, position }: MigrationSummary) => ({
    id: tag,
    label: `${position}. ${plain(name)}`,
  });
  const stateOf = (tag: string) => cell?.migrations.find((standing) => standing.tag === tag)?.state;
  const pending = list.filter(({ tag }) => stateOf(tag) !== 'applied');
  const applied = list.filter(({ tag }) => stateOf(tag) === 'applied');
  switch (deed.kind) {
    case 'run':
      return (
        <div className={run.reach}>
          <Select
            label={text.to}
            hideLabel
            value={deed.to ?? ALL}
            choices={[
              { id: ALL, label: text.all },
              ...list
                .filter(({ tag }) => pending.some((other) => other.tag === tag) || tag === deed.to)
                .map(named),
            ]}
            onChange={(to) => set(to === ALL ? { kind: 'run' } : { kind: 'run', to })}
            testId="deed-to"
          />
        </div>
      );
    case 'rollback':
      return (
        <div className={run.reach}>
          <Select
            label={text.backTo}
            hideLabel
            value={deed.to ?? `${STEP}${deed.steps ?? 1}`}
            choices={[
              ...[1, 2, 3]
                .filter((steps) => steps <= Math.max(1, applied.length))
                .map((steps) => ({
                  id: `${STEP}${steps}`,
                  label: text.steps(steps),
                })),
              ...[...applied]
                .reverse()
                .slice(1)
                .map((migration) => {
                  const { id, label } = named(migration);
                  return { id, label: `${text.backTo} ${label}` };
                }),
              ...(applied.length > 3 ? [{ id: `${STEP}${applied.length}`, label: text.everything }] : []),
              ...(deed.to !== undefined && !applied.slice(0, -1).some(({ tag }) => tag === deed.to)
                ? [{ id: deed.to, label: `${text.backTo} ${plain(deed.to)}` }]
                : []),
            ]}
            onChange={(to) =>
              set(
                to.startsWith(STEP)
                  ? { kind: 'rollback', steps: Number(to.slice(STEP.length)) }
                  : { kind: 'rollback', to },
              )
            }
            testId="deed-back"
          />
        </div>
      );
    case 'promote':
      return (
        <div className={run.reach}>
          <Select
            label={text.from}
            hideLabel
            value={deed.from}
            choices={others.map(({ slug, env_name }) => ({
              id: slug,
              label: `${text.from} ${slug} (${plain(env_name)})`,
            }))}
            onChange={(from) => set({ kind: 'promote', from })}
            testId="deed-from"
          />
        </div>
      );
    case 'baseline':
      return (
        <div className={run.reach}>
          <Select
            label={text.at}
            hideLabel
            value={deed.at}
            choices={list.map(named)}
            onChange={(at) => set({ kind: 'baseline', at })}
            testId="deed-at"
          />
        </div>
      );
    case 'repair':
      return null;
  }
}
