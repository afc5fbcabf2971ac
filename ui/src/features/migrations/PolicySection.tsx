import { ArrowDown, ArrowUp } from 'lucide-react';
import { attempt } from '../../app/changes';
import { keys, queries } from '../../app/queries';
import type { MatrixView } from '../../bindings/MatrixView';
import type { PromotionPolicy } from '../../bindings/PromotionPolicy';
import { Button } from '../../design/Button';
import { Checkbox } from '../../design/Field';
import { Icon } from '../../design/Icon';
import { ClassBadge, Section } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { say } from '../../design/toasts';
import { platform } from '../../platform';
import { policyText as text } from '../../text/migrations';
import { columnsOf } from '../matrix/model';
import { byClass } from './order';
import styles from './policy.module.css';
import { usePolicy } from './queries';

/** In which order the environments of a product get migrations. */
export function PolicySection({ matrix }: { matrix: MatrixView }) {
  const { data: policy } = usePolicy(matrix.product.id);
  if (!policy) return null;
  const environments = columnsOf(matrix);
  const known = new Map(environments.map((environment) => [environment.slug, environment]));
  const usual = byClass(environments).map(({ slug }) => slug);
  const own = policy.order.length > 0;
  // One that came later is behind those that are named.
  const order = own
    ? [
        ...policy.order.filter((slug) => known.has(slug)),
        ...usual.filter((slug) => !policy.order.includes(slug)),
      ]
    : usual;
  const set = (next: PromotionPolicy) =>
    attempt(async () => {
      const saved = await platform.promotionPolicySet(matrix.product.id, next);
      queries.setQueryData([...keys.policy, matrix.product.id], saved);
      say({ text: text.saved });
    });
  const move = (slug: string, by: -1 | 1) => {
    const next = [...order];
    const from = next.indexOf(slug);
    next.splice(from, 1);
    next.splice(from + by, 0, slug);
    void set({ ...policy, order: next });
  };
  return (
    <Section title={text.title}>
      <Checkbox
        isSelected={policy.enforced}
        onChange={(enforced) => void set({ ...policy, enforced })}
        testId="policy-enforced"
      >
        {text.enforced}
      </Checkbox>
      <p className={primitives.help}>{text.help}</p>
      <ol className={styles.order} data-testid="policy-order" aria-label={text.order}>
        {order.map((slug, index) => {
          const environment = known.get(slug);
          return (
            <li key={slug}>
              <span className={styles.place}>{index + 1}</span>
              <strong>{slug}</strong>
              {environment ? <ClassBadge of={environment.class} /> : null}
              {own ? (
                <span className={styles.buttons}>
                  <Button
                    look="quiet"
                    small
                    iconOnly
                    aria-label={text.up(slug)}
                    isDisabled={index === 0}
                    onPress={() => move(slug, -1)}
                    data-testid={`policy-up-${slug}`}
                  >
                    <Icon of={ArrowUp} small />
                  </Button>
                  <Button
                    look="quiet"
                    small
                    iconOnly
                    aria-label={text.down(slug)}
                    isDisabled={index === order.length - 1}
                    onPress={() => move(slug, 1)}
                    data-testid={`policy-down-${slug}`}
                  >
                    <Icon of={ArrowDown} small />
                  </Button>
                </span>
              ) : null}
            </li>
          );
        })}
      </ol>
      <div className={primitives.row}>
        <Button
          small
          onPress={() => void set({ ...policy, order: own ? [] : usual })}
          data-testid="policy-own"
        >
          {own ? text.useClass : text.useCustom}
        </Button>
        {own ? null : <span className={primitives.help}>{text.byClass}</span>}
      </div>
    </Section>
  );
}
