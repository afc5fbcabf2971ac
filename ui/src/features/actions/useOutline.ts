import { useQuery } from '@tanstack/react-query';
import { type FocusEvent, useState } from 'react';
import { useMatrix } from '../../app/queries';
import { useStore } from '../../app/store';
import type { DatabaseView } from '../../bindings/DatabaseView';
import type { SchemaOutline } from '../../bindings/SchemaOutline';
import { platform } from '../../platform';
import { outlineText as text } from '../../text/actionUses';
import { columnsOf } from '../matrix/model';
import { OUTLINE_AGE, outlineKey } from './outline';
import { environmentFor, place } from './place';

/**
 * The tables and columns that a template is completed with. A server is asked only once an editor of a template has the
 * focus, and only one of a development environment or one that somebody chose. A failure is a note and nothing more.
 */
export function useOutline(
  database: DatabaseView,
  /** The environment that somebody chose; that of the Actions screen where none is told. */
  elsewhere?: string | null,
): {
  known: SchemaOutline | null;
  note: string;
  onFocus: (event: FocusEvent) => void;
} {
  const [wanted, setWanted] = useState(false);
  const matrix = useMatrix().data;
  const own = useStore(place, (state) => state.slug);
  const chosen = elsewhere === undefined ? own : elsewhere;
  const environment = matrix && environmentFor(columnsOf(matrix), database.envs, chosen);
  const asked =
    environment?.active && (environment.class === 'development' || environment.slug === chosen)
      ? environment.slug
      : undefined;
  const { data, error, isFetching } = useQuery({
    queryKey: outlineKey(database.id, asked),
    queryFn: () => platform.schemaOutline(database.id, asked ?? ''),
    enabled: wanted && asked !== undefined,
    staleTime: OUTLINE_AGE,
    gcTime: OUTLINE_AGE,
  });
  const note = () => {
    if (asked === undefined || !wanted) return '';
    if (data) return (data.truncated ? text.truncated : text.ready)(asked, data.tables.length);
    if (isFetching) return text.loading(asked);
    return error ? text.failed(asked) : '';
  };
  return {
    known: data ?? null,
    note: note(),
    onFocus: ({ target }) => {
      if (target.closest('.cm-editor')) setWanted(true);
    },
  };
}
