import { Plus } from 'lucide-react';
import { useState } from 'react';
import { announce } from '../../app/changes';
import { chooseProduct, goTo } from '../../app/navigation';
import { refreshCatalog, useBootstrap } from '../../app/queries';
import type { EnvironmentClassView } from '../../bindings/EnvironmentClassView';
import { Button } from '../../design/Button';
import { Checkbox, Field, Select } from '../../design/Field';
import { Form } from '../../design/FormDialog';
import { useSubmit } from '../../design/forms';
import { Icon } from '../../design/Icon';
import { Notice } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { platform } from '../../platform';
import { classNames } from '../../text/common';
import { environments as environmentText, products as text } from '../../text/products';
import { NameFields, useNames } from '../records/NameFields';
import styles from './Environments.module.css';
import { CLASSES, guessClass, suggestSlug } from './naming';

interface Row {
  key: number;
  wanted: boolean;
  name: string;
  slug: string;
  slugTouched: boolean;
  class: EnvironmentClassView;
  classTouched: boolean;
}

const rowOf = (key: number, name: string, slug: string, suggested: EnvironmentClassView): Row => ({
  key,
  wanted: true,
  name,
  slug,
  slugTouched: false,
  class: suggested,
  classTouched: false,
});

const PRESET: Row[] = [
  rowOf(1, environmentText.presets.development, 'dev', 'development'),
  rowOf(2, environmentText.presets.staging, 'stg', 'staging'),
  rowOf(3, environmentText.presets.production, 'prd', 'production'),
];

/** Creates a product with its environments: on the first start in the page, later in a dialog. */
export function ProductForm({ onDone, onCancel }: { onDone: () => void; onCancel?: () => void }) {
  const names = useNames();
  const { name, tag } = names;
  const [rows, setRows] = useState(PRESET);
  const sending = useSubmit();
  const { submit, faults, setFaults } = sending;
  const { refetch } = useBootstrap();
  const wanted = rows.filter((row) => row.wanted);

  const change = (key: number, patch: Partial<Row>) => {
    setRows(
      rows.map((row) => {
        if (row.key !== key) return row;
        const next = { ...row, ...patch };
        if (patch.name !== undefined && !next.slugTouched) next.slug = suggestSlug(patch.name);
        if (!next.classTouched) next.class = guessClass(next.slug);
        return next;
      }),
    );
  };

  const send = () => {
    if (name.trim() === '') return setFaults({ name: text.nameRequired });
    if (wanted.length === 0) return setFaults({ environments: text.environmentRequired });
    return void submit(async () => {
      const { record, activity_id, hints } = await platform.productCreate({
        name: name.trim(),
        tag,
        environments: wanted.map((row) => ({
          env_name: row.name.trim(),
          slug: row.slug,
          class: row.class,
          active: true,
        })),
      });
      await refreshCatalog();
      await refetch();
      chooseProduct(record.id);
      goTo('matrix');
      onDone();
      await announce(text.created(record.name), activity_id, hints);
    });
  };

  return (
    <Form
      sending={sending}
      onSubmit={send}
      onCancel={onCancel}
      action={text.submit}
      actionId="product-create"
      gap={2}
    >
      <div className={primitives.pair}>
        <NameFields
          of="product"
          names={names}
          tagHelp={text.tagHelp}
          faults={faults}
          example={{ name: text.example, tag: 'shop' }}
        />
      </div>
      <fieldset>
        <legend className={primitives.label}>{text.environments}</legend>
        <div className={styles.rows}>
          {rows.map((row) => {
            const index = wanted.indexOf(row);
            const path = `environments[${index}]`;
            return (
              <div key={row.key} className={styles.row} data-testid={`env-row-${row.slug}`}>
                <Checkbox
                  isSelected={row.wanted}
                  onChange={(selected) => change(row.key, { wanted: selected })}
                  label={row.name || environmentText.name}
                  testId={`env-wanted-${row.slug}`}
                >
                  {null}
                </Checkbox>
                <Field
                  label={environmentText.name}
                  hideLabel
                  value={row.name}
                  onChange={(value) => change(row.key, { name: value })}
                  isDisabled={!row.wanted}
                  error={row.wanted ? faults[`${path}.env_name`] : undefined}
                  path={`${path}.env_name`}
                  placeholder={environmentText.name}
                />
                <Field
                  label={environmentText.slug}
                  hideLabel
                  mono
                  value={row.slug}
                  onChange={(value) => change(row.key, { slug: value, slugTouched: true })}
                  isDisabled={!row.wanted}
                  error={row.wanted ? faults[`${path}.slug`] : undefined}
                  path={`${path}.slug`}
                  placeholder="dev"
                />
                <Select
                  label={environmentText.className}
                  hideLabel
                  value={row.class}
                  choices={CLASSES.map((id) => ({ id, label: classNames[id] }))}
                  isDisabled={!row.wanted}
                  onChange={(value) =>
                    change(row.key, { class: value as EnvironmentClassView, classTouched: true })
                  }
                />
              </div>
            );
          })}
          {faults.environments ? <Notice tone="error">{faults.environments}</Notice> : null}
          <div className={primitives.row}>
            <Button
              small
              look="quiet"
              data-testid="env-row-add"
              onPress={() =>
                setRows([...rows, rowOf(Math.max(...rows.map((row) => row.key)) + 1, '', '', 'development')])
              }
            >
              <Icon of={Plus} small />
              {text.addEnvironment}
            </Button>
          </div>
          <p className={primitives.help}>{text.environmentsHelp}</p>
        </div>
      </fieldset>
    </Form>
  );
}
