import { useState } from 'react';
import { currentMatrix, engineOf, refreshCatalog, useEngines } from '../../app/queries';
import type { MigrationFormat } from '../../bindings/MigrationFormat';
import { Select } from '../../design/Field';
import { FormDialog } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { classes, plain } from '../../design/text';
import { say } from '../../design/toasts';
import { type MigrationImportPreview, platform } from '../../platform';
import { formats, transferText as text } from '../../text/migrations';
import styles from './policy.module.css';

const FORMATS = Object.keys(formats) as MigrationFormat[];

const nameOf = (databaseId: string): string =>
  plain(currentMatrix()?.databases.find(({ id }) => id === databaseId)?.name ?? '');

/** What a database’s folder most likely is. */
function useLikely(databaseId: string): MigrationFormat {
  const type = currentMatrix()?.databases.find(({ id }) => id === databaseId)?.type ?? '';
  return engineOf(useEngines(), type)?.template_language === 'json' ? 'migrate-mongo' : 'sqlx';
}

function FormatChoice(props: { value: MigrationFormat; onChange: (format: MigrationFormat) => void }) {
  return (
    <Select
      label={text.format}
      value={props.value}
      choices={FORMATS.map((id) => ({ id, label: formats[id] }))}
      onChange={(format) => props.onChange(format as MigrationFormat)}
      testId="migration-format"
    />
  );
}

/** A folder of another tool: chosen, looked at, then taken. */
export function MigrationImportDialog({ databaseId, onClose }: { databaseId: string; onClose: () => void }) {
  const [format, setFormat] = useState<MigrationFormat>(useLikely(databaseId));
  const [preview, setPreview] = useState<MigrationImportPreview | null>(null);
  const sending = useSubmit();
  const comes = preview?.view.migrations.filter(({ exists }) => !exists).length ?? 0;
  const submit = () =>
    sending.submit(async () => {
      if (!preview) {
        setPreview(await platform.migrationImportOpen(databaseId, format));
        return;
      }
      await platform.migrationImportApply(preview.token);
      onClose();
      say({ text: text.imported(comes) });
      await refreshCatalog();
    });
  return (
    <FormDialog
      title={text.importTitle(nameOf(databaseId))}
      lead={text.importLead}
      onClose={onClose}
      wide
      sending={sending}
      onSubmit={() => void submit()}
      action={preview ? (comes > 0 ? text.apply(comes) : text.nothing) : text.open}
      actionId={preview ? 'migration-import-apply' : 'migration-import-open'}
      isBlocked={preview !== null && comes === 0}
      testId="migration-import"
    >
      {preview ? (
        <>
          <ol className={styles.items} aria-label={text.preview} data-testid="migration-import-items">
            {preview.view.migrations.map(({ tag, name, up, down, exists }) => (
              <li key={tag} data-exists={exists || undefined}>
                <span>{exists ? text.exists : text.comes}</span>
                <span className={primitives.truncate}>{plain(name)}</span>
                <code className={classes(primitives.faint, primitives.truncate)}>{plain(tag)}</code>
                <span className={primitives.faint}>
                  {up} {text.up}, {down} {text.down}
                </span>
              </li>
            ))}
          </ol>
          {preview.view.notes.length > 0 ? (
            <Notice tone="warn">
              <strong>{text.notes}.</strong>
              <ul>
                {preview.view.notes.map((note) => (
                  <li key={note}>{plain(note)}</li>
                ))}
              </ul>
            </Notice>
          ) : null}
        </>
      ) : (
        <FormatChoice value={format} onChange={setFormat} />
      )}
    </FormDialog>
  );
}

export function MigrationExportDialog({ databaseId, onClose }: { databaseId: string; onClose: () => void }) {
  const [format, setFormat] = useState<MigrationFormat>(useLikely(databaseId));
  const sending = useSubmit();
  return (
    <FormDialog
      title={text.exportTitle(nameOf(databaseId))}
      lead={text.exportLead}
      onClose={onClose}
      sending={sending}
      onSubmit={() =>
        void sending.submit(async () => {
          const path = await platform.migrationExport(databaseId, format);
          if (path === null) return;
          onClose();
          say({ text: text.exported(path) });
        })
      }
      action={text.save}
      actionId="migration-export-save"
      testId="migration-export"
    >
      <FormatChoice value={format} onChange={setFormat} />
    </FormDialog>
  );
}
