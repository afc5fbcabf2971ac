/** The surfaces of actions, each with how it is come to: looked at by axe and by the camera. */
const id = (page, name) => page.getByTestId(name);

const open = (action, env) => async (page) => {
  await id(page, 'nav-actions').click();
  await id(page, action).click();
  await id(page, 'action-detail').waitFor();
  if (env) await id(page, `run-in-${env}`).click();
};
const run = (action, env) => async (page) => {
  await open(action, env)(page);
  await id(page, 'run').click();
};
const fillOrders = async (page) => {
  await id(page, 'input-customer').fill('Ada Lovelace');
  await id(page, 'input-sort').click();
  await page.getByRole('option', { name: 'placed_at' }).click();
  await id(page, 'input-direction').click();
  await page.getByRole('option', { name: 'DESC' }).click();
  await id(page, 'input-limit').fill('500');
};
const fillRefund = async (page) => {
  await id(page, 'input-day').fill('2026-11-24');
  await id(page, 'input-id').fill('9007199254740993');
};

const READ = 'action-orders-orders-of-a-customer';
const REFUND = 'action-orders-refund-an-order';

export const actionSurfaces = {
  actions: open(READ),
  'action result': async (page) => {
    await open(READ)(page);
    await fillOrders(page);
    await id(page, 'run').click();
    await id(page, 'run-summary').waitFor();
  },
  'action faults': async (page) => {
    await run(READ)(page);
    await page.getByText('is expected, but this came').first().waitFor();
  },
  'action inputs': open('action-events-record-an-event'),
  'action plan': async (page) => {
    await open(REFUND)(page);
    await fillRefund(page);
    await id(page, 'action-tab-plan').click();
    await id(page, 'plan').waitFor();
  },
  'action production': async (page) => {
    await open(REFUND, 'prd')(page);
    await fillRefund(page);
    await id(page, 'plan').waitFor();
  },
  'action staging asks': async (page) => {
    await open(REFUND, 'stg')(page);
    await fillRefund(page);
    await id(page, 'run').click();
    await id(page, 'confirm-run').waitFor();
  },
  'action production asks': async (page) => {
    await open(REFUND, 'prd')(page);
    await fillRefund(page);
    await id(page, 'run').click();
    await id(page, 'confirm-tag').fill('users');
  },
  'action running': async (page) => {
    await run('action-orders-rebuild-statistics')(page);
    await id(page, 'run-progress').waitFor();
  },
  'action failed': async (page) => {
    await run('action-orders-revenue-by-day')(page);
    await id(page, 'run-error').waitFor();
  },
  'action unknown': async (page) => {
    await open('action-users-charge-an-invoice')(page);
    await id(page, 'input-invoice').fill('88012');
    await id(page, 'now-at').click();
    await id(page, 'run').click();
    await id(page, 'run-unknown').waitFor();
  },
  'action edit': async (page) => {
    await open(REFUND)(page);
    await id(page, 'action-tab-edit').click();
    await id(page, 'action-no-problems').waitFor();
  },
  'action problems': async (page) => {
    await open(READ)(page);
    await id(page, 'action-tab-edit').click();
    await id(page, 'action-template').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText(' OFFSET {{from:STRNG}}; DELETE FROM orders');
    await id(page, 'action-problems').waitFor();
    await page.keyboard.press('F8');
  },
  'action completion': async (page) => {
    await open(READ)(page);
    await id(page, 'action-tab-edit').click();
    await id(page, 'action-template').click();
    await id(page, 'template-completion').getByText(/\d/).waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText(' + ');
    await page.keyboard.press('Control+Space');
    await page.locator('.cm-tooltip-autocomplete').waitFor();
    await page.keyboard.press('ArrowDown');
  },
  'action samples': async (page) => {
    await open(READ)(page);
    await id(page, 'samples-menu').click();
    await id(page, 'menu-sample-1').waitFor();
  },
  'action samples edited': async (page) => {
    await open(READ)(page);
    await id(page, 'action-tab-edit').click();
    await id(page, 'action-template').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText(' OFFSET {{from:INTEGER}}');
    await id(page, 'sample-fault-1').waitFor();
    await id(page, 'sample-add').click();
    await id(page, 'samples').scrollIntoViewIfNeeded();
  },
  'action new': async (page) => {
    await id(page, 'nav-actions').click();
    await id(page, 'action-tree').focus();
    await page.keyboard.press('n');
    await id(page, 'action-new').waitFor();
  },
  'action menu': async (page) => {
    await open(REFUND)(page);
    await id(page, REFUND).click({ button: 'right' });
  },
  'action history': async (page) => {
    await open(READ)(page);
    await fillOrders(page);
    for (const env of ['dev', 'stg']) {
      await id(page, `run-in-${env}`).click();
      if (env === 'stg') await fillOrders(page);
      await id(page, 'run').click();
      await id(page, 'run-summary').getByText(env).first().waitFor();
    }
    await id(page, 'action-tab-history').click();
    await id(page, 'history-run').nth(1).click();
  },
  'action history failed': async (page) => {
    await run('action-orders-revenue-by-day')(page);
    await id(page, 'run-error').waitFor();
    await id(page, 'action-tab-history').click();
    await id(page, 'history-message').waitFor();
  },
  'action history empty': async (page) => {
    await open(REFUND)(page);
    await id(page, 'action-tab-history').click();
    await id(page, 'history-empty').waitFor();
  },
  'action compared': async (page) => {
    await open(READ)(page);
    await fillOrders(page);
    await id(page, 'action-tab-compare').click();
    await id(page, 'action-compare').click();
    await id(page, 'action-compare-summary').waitFor();
  },
  'action comparing': async (page) => {
    await open('action-orders-rebuild-statistics')(page);
    await id(page, 'action-tab-compare').click();
    await id(page, 'action-compare').click();
    await id(page, 'action-compare-progress').waitFor();
  },
  'action copy': async (page) => {
    await open(READ)(page);
    await id(page, 'copy-code').click();
    await id(page, 'menu-copy-cli').waitFor();
  },
  'cell actions': async (page) => {
    await id(page, 'cell-orders-stg').click();
    await id(page, 'tab-actions').click();
    await id(page, 'cell-actions').waitFor();
  },
};

/** Those of other worlds: nothing yet, and very many. */
export const otherActionSurfaces = {
  'no actions': { fake: 'three', query: '&actions=none', act: (page) => id(page, 'nav-actions').click() },
  'action long': {
    fake: 'three',
    query: '&actions=long',
    act: async (page) => {
      await id(page, 'nav-actions').click();
      await page.locator('[data-testid^="action-orders-reconcile"]').first().click();
    },
  },
  'action long plan': {
    fake: 'three',
    query: '&actions=long',
    act: async (page) => {
      await id(page, 'nav-actions').click();
      await page.locator('[data-testid^="action-orders-reconcile"]').first().click();
      await id(page, 'action-tab-plan').click();
      await id(page, 'plan-faults').waitFor();
    },
  },
  'action long edit': {
    fake: 'three',
    query: '&actions=long',
    act: async (page) => {
      await id(page, 'nav-actions').click();
      await page.locator('[data-testid^="action-orders-reconcile"]').first().click();
      await id(page, 'action-tab-edit').click();
      await id(page, 'action-no-problems').waitFor();
    },
  },
  'three rows': {
    fake: 'three',
    query: '',
    act: async (page) => {
      await open('action-users-find-a-user')(page);
      await id(page, 'input-email').fill('ada@shop.example');
      await id(page, 'run').click();
      await id(page, 'run-summary').waitFor();
    },
  },
  'many actions': {
    fake: 'thousand',
    query: '',
    act: async (page) => {
      await id(page, 'nav-actions').click();
      await id(page, 'action-tree').waitFor();
    },
  },
};
