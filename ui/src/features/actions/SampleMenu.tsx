import { FlaskConical } from 'lucide-react';
import { announce } from '../../app/changes';
import { keys, queries } from '../../app/queries';
import type { ActionView } from '../../bindings/ActionView';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { MenuButton } from '../../design/Menu';
import { plain } from '../../design/text';
import { say } from '../../design/toasts';
import { platform } from '../../platform';
import { samplesText as text } from '../../text/actionUses';
import { valuesOf } from './history';
import { sampleFields, sampleOf, sampleSummary } from './samples';
import { updateAction } from './save';
import type { Runner } from './useRunner';

/** Fills the form from a sample, or keeps what stands in it as one. */
export function SampleMenu({ view, runner }: { view: ActionView; runner: Runner }) {
  const { inputs } = view.check;
  if (inputs.length === 0) return null;
  const fill = (sample: string, number: number) => {
    const before = runner.values;
    runner.fill(valuesOf(inputs, sample, before));
    say({ text: text.filled(number), action: { label: text.putBack, run: () => runner.fill(before) } });
  };
  const keep = async () => {
    const sample = sampleOf(inputs, runner.values);
    if (sample === null) return void runner.complete();
    if (view.samples.includes(sample)) return say({ text: text.twice(view.samples.indexOf(sample) + 1) });
    try {
      const [faults] = await faultsOfSamples(view, [sample]);
      if (faults && faults.length > 0) throw { code: 'validation', message: '', detail: { faults } };
      const samples = sampleFields([...view.samples, sample]);
      const { record, activity_id } = await updateAction(view.id, {
        fingerprint: view.fingerprint,
        ...samples,
      });
      queries.setQueryData([...keys.action, record.id], record);
      await announce(text.kept(record.samples.length), activity_id);
    } catch (thrown) {
      runner.refuse(thrown);
    }
  };
  return (
    <MenuButton
      label={text.title}
      button={
        <Button look="quiet" small data-testid="samples-menu">
          <Icon of={FlaskConical} small />
          {text.title}
        </Button>
      }
      actions={[
        ...view.samples.map((sample, index) => ({
          id: `sample-${index + 1}`,
          label: plain(`${text.nth(index + 1)}: ${sampleSummary(sample) || text.nothing}`),
          run: () => fill(sample, index + 1),
        })),
        {
          id: 'keep-sample',
          label: text.keep,
          apart: view.samples.length > 0,
          run: () => void keep(),
        },
      ]}
    />
  );
}

/** What of samples does not fit the inputs of an action as it is saved. */
async function faultsOfSamples(view: ActionView, samples: string[]) {
  const { record, template_text, filter_text } = view;
  const check = await platform.actionCheck({
    database_id: view.database_id,
    type: record.type,
    template: template_text,
    script: record.script ?? false,
    samples,
    ...(filter_text === null ? {} : { filter_template: filter_text }),
  });
  return check.samples;
}
