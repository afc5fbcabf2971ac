import { useInfiniteQuery } from '@tanstack/react-query';
import { Trash2, Undo2 } from 'lucide-react';
import { undo } from '../../app/changes';
import { keys, refreshCatalog } from '../../app/queries';
import { Button } from '../../design/Button';
import { Icon } from '../../design/Icon';
import { EmptyState, Notice, Page, Table, Waiting } from '../../design/Layout';
import primitives from '../../design/primitives.module.css';
import { moment, plain } from '../../design/text';
import { say } from '../../design/toasts';
import { asAppError, platform } from '../../platform';
import { activity as text } from '../../text/activity';
import { common } from '../../text/common';
import { errorText } from '../../text/errors';

const PAGE = 100;

/** The core asks whether it is to be so: a page could not give back what it took. */
async function purge(activityId: string): Promise<void> {
  try {
    const { removed, left } = await platform.activityPurge(activityId);
    say({ text: text.purged(removed, left) });
  } catch (thrown) {
    const error = asAppError(thrown);
    // The person said no to the system's question: nothing failed.
    if (error.code !== 'cancelled') say({ text: errorText(error), tone: 'error' });
  }
  await refreshCatalog();
}

export function ActivityScreen() {
  const query = useInfiniteQuery({
    queryKey: keys.activity,
    queryFn: ({ pageParam }) => platform.activityList(pageParam, PAGE),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last.length < PAGE ? undefined : (last.at(-1)?.id ?? undefined)),
  });
  const entries = query.data?.pages.flat();
  if (entries?.length === 0) return <EmptyState title={text.emptyTitle} text={text.emptyText} />;
  return (
    <Page title={text.title} testId="activity-screen" wide>
      <p className={primitives.faint}>{text.lead}</p>
      {query.error ? <Notice tone="error">{errorText(asAppError(query.error))}</Notice> : null}
      {entries ? (
        <Table columns={[text.when, text.what, text.by]} buttons={common.undo}>
          {entries.map((entry) => (
            <tr key={entry.id} data-testid="activity-entry" data-verb={entry.verb}>
              <td className={primitives.faint} style={{ whiteSpace: 'nowrap' }}>
                {moment(entry.at)}
              </td>
              <td data-selectable style={{ overflowWrap: 'anywhere' }}>
                {plain(entry.summary)}
              </td>
              <td className={primitives.faint}>{text.origins[entry.origin] ?? plain(entry.origin)}</td>
              <td>
                <div className={primitives.row}>
                  {entry.undoable && entry.verb === 'delete' ? (
                    <Button
                      small
                      look="quiet"
                      aria-label={text.purgeThis(plain(entry.summary))}
                      onPress={() => void purge(entry.id)}
                      data-testid="activity-purge"
                    >
                      <Icon of={Trash2} small />
                      {text.purge}
                    </Button>
                  ) : null}
                  {entry.undoable ? (
                    <Button
                      small
                      aria-label={text.undo(plain(entry.summary))}
                      onPress={() => void undo(entry.id)}
                      data-testid="activity-undo"
                    >
                      <Icon of={Undo2} small />
                      {common.undo}
                    </Button>
                  ) : null}
                </div>
              </td>
            </tr>
          ))}
        </Table>
      ) : query.error ? null : (
        <Waiting label={common.loading} />
      )}
      {query.hasNextPage ? (
        <div>
          <Button onPress={() => void query.fetchNextPage()} isDisabled={query.isFetchingNextPage}>
            {text.older}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}
