/** The surfaces of migrations, each with how it is come to: looked at by axe and by the camera. */
const id = (page, name) => page.getByTestId(name);

const view = async (page) => {
  await id(page, 'view-migrations').click();
};
const screen = (tag) => async (page) => {
  await view(page);
  await id(page, `row-${tag}`).click();
  await id(page, 'migration-grid').waitFor();
};
/** The plan of a cell. */
const plan = (tag, env) => async (page) => {
  await screen(tag)(page);
  await id(page, 'migration-tab-run').click();
  await id(page, `migrate-in-${env}`).click();
  await id(page, 'migration-run').waitFor();
  await page.locator(`[data-testid=plan-target] strong`, { hasText: `@${env}` }).waitFor();
};
const edit = (tag, migration) => async (page) => {
  await screen(tag)(page);
  await id(page, `migration-${migration}`).click();
  await id(page, 'migration-no-problems').waitFor();
};

export const migrationSurfaces = {
  'migration matrix': view,
  'migration matrix selected': async (page) => {
    await view(page);
    await id(page, 'matrix').focus();
    for (const key of ['Control+Home', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowDown']) await page.keyboard.press(key);
  },
  'cell migrations': async (page) => {
    await view(page);
    await id(page, 'cell-users-dev').click();
    await id(page, 'cell-migrations').waitFor();
  },
  'migration list': screen('orders'),
  'migration list missing': screen('users'),
  'migration edit': edit('orders', 'create-orders'),
  'migration edit document': edit('events', 'index-events-by-type'),
  'migration warnings': async (page) => {
    await edit('orders', 'drop-the-old-channel')(page);
    await id(page, 'waive-drop_column').click();
    await page.keyboard.type('Nothing reads it since release 41.');
  },
  'migration problems': async (page) => {
    await edit('orders', 'drop-the-old-channel')(page);
    await id(page, 'migration-up').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('\n\nCREATE TABLE returns (id bigint;');
    await id(page, 'migration-problem-unbalanced').waitFor();
  },
  'migration checksum': async (page) => {
    await edit('orders', 'create-payments')(page);
    await id(page, 'migration-up').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText('\n\nCREATE INDEX payments_order_idx ON payments (order_id);');
    await id(page, 'save').click();
    await id(page, 'checksum-dialog').waitFor();
  },
  'migration new': async (page) => {
    await screen('orders')(page);
    await page.keyboard.press('n');
    await id(page, 'migration-name').waitFor();
  },
  'migration menu': async (page) => {
    await screen('orders')(page);
    await id(page, 'standing-create-payments-stg').click({ button: 'right' });
  },
  'migration plan': async (page) => {
    await plan('orders', 'stg')(page);
    await id(page, 'plan-count').waitFor();
  },
  'migration plan production': plan('users', 'prd'),
  'migration obstacles': plan('events', 'prd'),
  'migration asks': async (page) => {
    await plan('orders', 'stg')(page);
    await id(page, 'run-migrations').click();
    await id(page, 'confirm-migration').waitFor();
  },
  'migration running': async (page) => {
    await plan('orders', 'stg')(page);
    await id(page, 'run-migrations').click();
    await id(page, 'confirm-submit').click();
    await id(page, 'done-orders-have-a-warehouse-1').waitFor();
  },
  'migration ran': async (page) => {
    await plan('orders', 'dev')(page);
    await id(page, 'deed-rollback').click();
    await id(page, 'deed-back').click();
    await page.getByRole('option', { name: /Orders have a channel/ }).click();
    await id(page, 'obstacle-no_down').waitFor();
  },
  'migration repair': async (page) => {
    await plan('users', 'dev')(page);
    await id(page, 'repair-resume').click();
    await id(page, 'plan-step-emails-are-unique').waitFor();
  },
  'migration batch': async (page) => {
    await view(page);
    await id(page, 'matrix').focus();
    for (const key of ['Control+Home', 'ArrowRight', 'Control+a', 'p']) await page.keyboard.press(key);
    await id(page, 'batch-targets').waitFor();
  },
  'migration history': async (page) => {
    await screen('users')(page);
    await id(page, 'migration-tab-history').click();
    await id(page, 'migration-history').waitFor();
  },
  'migration schema': async (page) => {
    await screen('orders')(page);
    await id(page, 'migration-tab-schema').click();
    await id(page, 'schema-right').click();
    await page.getByRole('option', { name: /stg/ }).click();
    await id(page, 'schema-compare').click();
    await id(page, 'difference-orders.state').click();
  },
  'migration import': async (page) => {
    await screen('orders')(page);
    await id(page, 'migration-more').click();
    await id(page, 'menu-import-migrations').click();
    await id(page, 'migration-import-open').click();
    await id(page, 'migration-import-items').waitFor();
  },
  'promotion order': async (page) => {
    await id(page, 'nav-settings').click();
    await id(page, 'manage-product').click();
    await id(page, 'policy-own').click();
    await id(page, 'policy-up-prd').waitFor();
  },
};

/** Those of other worlds: nothing yet, and very many. */
export const otherMigrationSurfaces = {
  'migration matrix refreshing': {
    fake: 'three',
    query: '&pace=20',
    act: async (page) => {
      await view(page);
      await id(page, 'refresh-all').click();
      await id(page, 'refresh-progress').waitFor();
    },
  },
  'no migrations': { fake: 'three', query: '&migrations=0', act: (page) => id(page, 'nav-migrations').click() },
  'many migrations': {
    fake: 'three',
    query: '&migrations=1000',
    act: async (page) => {
      await id(page, 'nav-migrations').click();
      await id(page, 'migration-grid').waitFor();
    },
  },
  'many cells': { fake: 'thousand', query: '', act: view },
};
