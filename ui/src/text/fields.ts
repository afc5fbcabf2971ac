import { said } from './locale';

export const fields = said('fields.fields', {
  names: {
    name: 'name',
    env_name: 'name',
    tag: 'tag',
    slug: 'slug',
    type: 'type',
    description: 'description',
    order: 'place among the others',
    active: 'in use',
    class: 'class',
    connection_url: 'connection URL',
  } as Record<string, string>,
  ofConnection: (slug: string, field: string) => `${slug}: ${field}`,
  action: (tag: string) => `action ${tag}`,
  migration: (tag: string) => `migration ${tag}`,
});

/** A field of a record by its path, as a person calls it: `envs[dev].connection_url` is "dev: connection URL". */
export function fieldName(path: string): string {
  const of = /^envs(?:\[([^\]]+)\]|\.([^.]+))\.(\w+)$/.exec(path);
  if (of) return fields.ofConnection(of[1] ?? of[2] ?? '', fieldName(of[3] ?? ''));
  const [, list, tag] = /^(actions|migrations)\[([^\]]+)\]$/.exec(path) ?? [];
  if (list && tag) return list === 'actions' ? fields.action(tag) : fields.migration(tag);
  return fields.names[path] ?? path;
}
