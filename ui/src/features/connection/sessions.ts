import type { EngineInfo } from '../../bindings/EngineInfo';
import { platform } from '../../platform';
import { cellKey } from '../matrix/keyboard';
import { EditorSession, starterOf } from './session';

const sessions = new Map<string, EditorSession>();

/** What is typed for a cell and not saved; null when nothing is. */
export function unsavedText(databaseId: string, slug: string): string | null {
  const session = sessions.get(cellKey(databaseId, slug));
  return session && session.get().text !== session.get().saved ? session.get().text : null;
}

/** The session of a cell: what was typed and not saved is there again when the cell is opened again. */
export function sessionOf(
  databaseId: string,
  slug: string,
  saved: string,
  engine: EngineInfo,
): EditorSession {
  const key = cellKey(databaseId, slug);
  const kept = sessions.get(key);
  if (kept && (kept.dirty || kept.get().saved === saved)) return kept;
  const session = new EditorSession(
    {
      inspect: (text) => platform.urlInspect(text, engine.type),
      edit: (text, edit) => platform.urlEdit(text, engine.type, edit),
      complete: (text, offset) => platform.urlComplete(text, engine.type, offset),
    },
    saved,
    () => starterOf(engine),
  );
  sessions.set(key, session);
  return session;
}
