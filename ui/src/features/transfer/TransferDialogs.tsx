import { useState } from 'react';
import { announce } from '../../app/changes';
import { useBootstrap, useProductId } from '../../app/queries';
import type { ImportStep } from '../../bindings/ImportStep';
import { Button } from '../../design/Button';
import { Dialog, DialogForm } from '../../design/Dialog';
import { Field } from '../../design/Field';
import { useSubmit } from '../../design/forms';
import { Badge, Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { plain } from '../../design/text';
import { say } from '../../design/toasts';
import { type ImportPreview, platform } from '../../platform';
import { common } from '../../text/common';
import { transfer as text } from '../../text/settings';
import styles from './Transfer.module.css';

export function ExportDialog({ onClose }: { onClose: () => void }) {
  const productId = useProductId();
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const { submit, faults, general, busy, form, setFaults } = useSubmit();
  const send = () => {
    if (passphrase !== again) return setFaults({ again: text.differs });
    if (productId === null) return;
    return void submit(async () => {
      const path = await platform.exportSave(productId, passphrase || null);
      if (path === null) return;
      onClose();
      say({ text: text.exported(path) });
    });
  };
  return (
    <Dialog title={text.exportTitle} lead={text.exportLead} onClose={onClose} keepOnOutsideClick>
      <DialogForm
        onSubmit={send}
        actions={
          <>
            <Button onPress={onClose}>{common.cancel}</Button>
            <Button look="primary" type="submit" isDisabled={busy} data-testid="export-save">
              {text.exportSubmit}
            </Button>
          </>
        }
      >
        <div ref={form} className={styles.form}>
          {general ? (
            <Notice tone="error" role="alert">
              {general}
            </Notice>
          ) : null}
          <Field
            label={text.passphrase}
            optional
            type="password"
            value={passphrase}
            onChange={setPassphrase}
            error={faults.passphrase}
            path="passphrase"
            help={text.exportPassphraseHelp}
            testId="passphrase"
            autoFocus
          />
          {passphrase ? (
            <Field
              label={text.passphraseAgain}
              type="password"
              value={again}
              onChange={setAgain}
              error={faults.again}
              path="again"
              testId="passphrase-again"
            />
          ) : null}
        </div>
      </DialogForm>
    </Dialog>
  );
}

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const [passphrase, setPassphrase] = useState('');
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const bootstrap = useBootstrap();
  const { submit, faults, general, busy, form } = useSubmit();
  const send = () =>
    void submit(async () => {
      if (preview === null) {
        setPreview(await platform.importOpen(passphrase || null));
        return;
      }
      const changes = preview.view.steps.filter((step) => step.change !== 'same').length;
      await platform.importApply(preview.token);
      onClose();
      await bootstrap.refetch();
      await announce(text.imported(changes), null);
    });
  return (
    <Dialog
      title={text.importTitle}
      lead={text.importLead}
      onClose={onClose}
      wide={preview !== null}
      keepOnOutsideClick
    >
      <DialogForm
        onSubmit={send}
        actions={
          <>
            <Button onPress={onClose}>{common.cancel}</Button>
            <Button
              look="primary"
              type="submit"
              isDisabled={busy}
              data-testid={preview ? 'import-apply' : 'import-open'}
            >
              {preview ? text.apply : text.importSubmit}
            </Button>
          </>
        }
      >
        <div ref={form} className={styles.form}>
          {general ? (
            <Notice tone="error" role="alert">
              {general}
            </Notice>
          ) : null}
          {preview ? (
            <Preview preview={preview} />
          ) : (
            <Field
              label={text.passphrase}
              optional
              type="password"
              value={passphrase}
              onChange={setPassphrase}
              error={faults.passphrase}
              path="passphrase"
              help={text.importPassphraseHelp}
              testId="passphrase"
              autoFocus
            />
          )}
        </div>
      </DialogForm>
    </Dialog>
  );
}

function value(given: unknown): string {
  if (given === null || given === undefined) return '–';
  return plain(typeof given === 'string' ? given : JSON.stringify(given));
}

function Preview({ preview: { view } }: { preview: ImportPreview }) {
  const changes = view.steps.filter((step: ImportStep) => step.change !== 'same');
  return (
    <>
      {view.warnings.length > 0 ? (
        <Notice tone="warn">
          <ul>
            {view.warnings.map((warning) => (
              <li key={warning}>{plain(warning)}</li>
            ))}
          </ul>
        </Notice>
      ) : null}
      {view.secrets > 0 ? <p>{text.secrets(view.secrets)}</p> : null}
      {changes.length === 0 ? (
        <p>{text.nothing}</p>
      ) : (
        <ul className={styles.steps} aria-label={text.preview}>
          {changes.map((step) => (
            <li key={`${step.subject} ${step.address}`} className={styles.step}>
              <span className={primitives.row}>
                <Badge>{text.changes[step.change] ?? plain(step.change)}</Badge>
                <span>{plain(step.subject)}</span>
                <code>{plain(step.address)}</code>
              </span>
              {step.fields.map((field) => (
                <span key={field.field} className={styles.field}>
                  <span className={primitives.faint}>{plain(field.field)}</span>
                  <span className={styles.values} data-selectable>
                    <del>{value(field.before)}</del> <ins>{value(field.after)}</ins>
                  </span>
                </span>
              ))}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
