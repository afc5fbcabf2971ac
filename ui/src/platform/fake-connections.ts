/** The fake's connection URLs: read, edited, revealed, compared, copied, in other forms. */
import { ENGINES } from './fake-data';
import { fakeComplete, fakeEdit, fakeInspect } from './fake-url';
import { fakeCompare, fakeCopy, fakeFormat } from './fake-url-tools';
import type { World } from './fake-world';
import type { Platform } from './types';

export function fakeConnections(world: World, databaseUpdate: Platform['databaseUpdate']) {
  return {
    urlInspect: async (text, databaseType) => fakeInspect(text, databaseType),
    urlEdit: async (text, _databaseType, edit) => fakeEdit(text, edit),
    async urlReveal(configId) {
      world.needSecrets();
      const [, config] = world.config(configId);
      const stored = world.passwords.get(configId) ?? {};
      let text = config.connection_url;
      for (const span of [...fakeInspect(text, null).secret_spans].reverse())
        if (span.state === 'kept')
          text = `${text.slice(0, span.start)}${encodeURIComponent(stored[span.slot] ?? '')}${text.slice(span.end)}`;
      return { connection_url: text };
    },
    async urlCopy(configId) {
      world.config(configId);
    },
    async urlComplete(text, databaseType, offset) {
      await world.wait(5);
      return fakeComplete(
        text,
        ENGINES.find((engine) => engine.type === databaseType)?.options ?? [],
        offset,
      );
    },
    async urlCompare(databaseId, left, right) {
      const [, database] = world.database(databaseId);
      const config = (slug: string) => database.envs.find((candidate) => candidate.slug === slug);
      const [one, other] = [config(left.slug), config(right.slug)];
      const password = (id: string | undefined) => world.passwords.get(id ?? '')?.password;
      const [mine, yours] = [password(one?.id), password(other?.id)];
      return fakeCompare(
        left.text ?? one?.connection_url ?? '',
        right.text ?? other?.connection_url ?? '',
        mine === undefined || yours === undefined ? null : mine === yours,
      );
    },
    async urlCopyPreview(request) {
      const [database, source] = world.config(request.config_id);
      return request.targets.map((target) => {
        const there = database.envs.find((config) => config.slug === target.slug);
        return fakeCopy(
          { ...source, type: database.type },
          there ? { ...there, password: world.passwords.get(there.id)?.password !== undefined } : null,
          request,
          target,
        );
      });
    },
    async urlCopyApply(request, revision) {
      const [database, source] = world.config(request.config_id);
      return databaseUpdate(database.id, {
        envs: request.targets.map((target) => ({
          slug: target.slug,
          connection_url: fakeCopy({ ...source, type: database.type }, null, request, target).after,
          ...(request.with_secrets ? { copy_from: source.id } : {}),
        })),
        revision,
      });
    },
    urlFormat: async (configId, text, formatId) =>
      fakeFormat(text ?? world.config(configId)[1].connection_url, formatId),
    async urlFormatCopy(configId) {
      world.config(configId);
    },
  } satisfies Partial<Platform>;
}
