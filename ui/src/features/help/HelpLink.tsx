import { BookOpen } from 'lucide-react';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { help as text } from '../../text/help';
import { openHelp, type Topic } from './place';

/** Leads to the place of the guide that helps here. */
export function HelpLink({ topic }: { topic: Topic | undefined }) {
  if (topic === undefined) return null;
  return (
    <Button look="quiet" small onPress={() => openHelp(topic)} data-testid="help-link">
      <Icon of={BookOpen} small />
      {text.link}
    </Button>
  );
}
