import type { OptionWriter } from './OptionField';
import { type OptionRow, type Property, withProperty, writeProperties } from './optionModel';
import type { EditorSession } from './session';

const REFERENCE = /^\$Secret\{[^}]+\}$/;

/** Writes an option under the name that the string has for it. `keep` is told of a row that must not vanish while it is edited. */
export function optionWriter(
  session: EditorSession,
  row: OptionRow,
  keep: (row: OptionRow) => void,
): OptionWriter {
  const { name } = row;
  const field = `option:${row.key}`;
  const slot = `option:${name}`;
  const set = (value: string | null, step: string | null) => {
    if (value === null) keep(row);
    return session.edit({ kind: 'option', name, value }, step);
  };
  return {
    slot,
    type: (value) => set(value === '' ? null : value, field),
    choose: (value) => set(value, null),
    remove: async () => {
      await session.setSecret(slot, '');
      for (const spelling of row.spellings)
        await session.edit({ kind: 'option', name: spelling, value: null });
    },
    typeSecret: async (value) => {
      if (!REFERENCE.test(value)) return session.setSecret(slot, value);
      await session.setSecret(slot, '');
      await set(value, `secret:${slot}`);
    },
  };
}

/** Writes one property of a list in an option: the others of the list stay as they are. */
export function propertyWriter(
  session: EditorSession,
  option: string,
  properties: readonly Property[],
  key: string,
): OptionWriter {
  const slot = `option:${option}.${key}`;
  const edited = (value: string) => ({
    kind: 'option' as const,
    name: option,
    value: writeProperties(withProperty(properties, key, value)),
  });
  const set = (value: string, step: string | null) => session.edit(edited(value), step);
  return {
    slot,
    type: (value) => set(value, `property:${key}`),
    choose: (value) => set(value ?? '', null),
    remove: async () => {
      await session.setSecret(slot, '');
      await set('', null);
    },
    typeSecret: async (value) => {
      if (!REFERENCE.test(value)) return session.setSecret(slot, value, edited('***'));
      await session.setSecret(slot, '');
      await set(value, `secret:${slot}`);
    },
  };
}
