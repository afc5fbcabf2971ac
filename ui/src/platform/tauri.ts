import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { PackedMatrix } from '../bindings/PackedMatrix';
import { takeFirst, takeFirstMatrix } from './first';
import { unpacked } from './packed';
import type { Platform } from './types';

function channel<Event>(onEvent: (event: Event) => void): Channel<Event> {
  const events = new Channel<Event>();
  events.onmessage = onEvent;
  return events;
}

/** Listens until the answer is called. */
function listenTo(event: string, callback: () => void): () => void {
  const stopping = listen(event, callback);
  return () => {
    stopping.then((stop) => stop()).catch(() => undefined);
  };
}

export const tauriPlatform: Platform = {
  appBootstrap: () => takeFirst('app_bootstrap') ?? invoke('app_bootstrap'),
  productList: () => takeFirst('product_list') ?? invoke('product_list'),
  productCreate: (input) => invoke('product_create', { input }),
  productSample: () => invoke('product_sample'),
  productUpdate: (id, patch) => invoke('product_update', { id, patch }),
  productDelete: (id) => invoke('product_delete', { id }),
  environmentCreate: (productId, input) => invoke('environment_create', { productId, input }),
  environmentUpdate: (id, patch) => invoke('environment_update', { id, patch }),
  environmentReorder: (productId, ids) => invoke('environment_reorder', { productId, ids }),
  environmentDelete: (id) => invoke('environment_delete', { id }),
  databaseCreate: (productId, input) => invoke('database_create', { productId, input }),
  databaseUpdate: (id, patch) => invoke('database_update', { id, patch }),
  databaseDelete: (id) => invoke('database_delete', { id }),
  matrixLoad: async (productId) =>
    unpacked(await (takeFirstMatrix(productId) ?? invoke<PackedMatrix>('matrix_load', { productId }))),
  credentialsCheck: (productId) => invoke('credentials_check', { productId }),
  urlInspect: (text, databaseType) => invoke('url_inspect', { text, databaseType }),
  urlEdit: (text, databaseType, edit) => invoke('url_edit', { text, databaseType, edit }),
  urlComplete: (text, databaseType, offset) => invoke('url_complete', { text, databaseType, offset }),
  urlReveal: (configId) => invoke('url_reveal', { configId }),
  urlCopy: (configId, masked) => invoke('url_copy', { configId, masked }),
  urlCompare: (databaseId, left, right) => invoke('url_compare', { databaseId, left, right }),
  urlCopyPreview: (request) => invoke('url_copy_preview', { request }),
  urlCopyApply: (request, revision) => invoke('url_copy_apply', { request, revision }),
  urlFormat: (configId, text, formatId) => invoke('url_format', { configId, text, formatId }),
  urlFormatCopy: (configId, formatId, withSecrets) =>
    invoke('url_format_copy', { configId, formatId, withSecrets }),
  testStart: (request, onEvent) => invoke('test_start', { request, events: channel(onEvent) }),
  testDraft: (request, onEvent) => invoke('test_draft', { request, events: channel(onEvent) }),
  testLast: (configId) => invoke('test_last', { configId }),
  testCancel: (runId, configId) => invoke('test_cancel', { runId, configId }),
  secretList: (productId) => invoke('secret_list', { productId }),
  secretSet: (name, value) => invoke('secret_set', { name, value }),
  secretDelete: (name) => invoke('secret_delete', { name }),
  secretPlaceStatus: () => invoke('secret_place_status'),
  secretPlaceChoose: (choice) => invoke('secret_place_choose', { choice }),
  vaultUnlock: (passphrase) => invoke('vault_unlock', { passphrase }),
  vaultLock: () => invoke('vault_lock'),
  vaultPassphraseChange: (old, next) => invoke('vault_passphrase_change', { old, new: next }),
  secretsToEnter: (productId) => invoke('secrets_to_enter', { productId }),
  secretsEnter: (typed) => invoke('secrets_enter', { typed }),
  actionList: (databaseId) => invoke('action_list', { databaseId }),
  actionFetch: (id) => invoke('action_fetch', { id }),
  actionCreate: (databaseId, input) => invoke('action_create', { databaseId, input }),
  actionUpdate: (id, patch) => invoke('action_update', { id, patch }),
  actionDelete: (id) => invoke('action_delete', { id }),
  actionDuplicate: (id) => invoke('action_duplicate', { id }),
  actionOrder: (databaseId, ids) => invoke('action_order', { databaseId, ids }),
  actionCheck: (draft) => invoke('action_check', { draft }),
  actionPlan: (id, env, input) => invoke('action_plan', { id, env, input }),
  actionRun: (request, onEvent) => invoke('action_run', { request, events: channel(onEvent) }),
  actionMore: (runId, limit, onEvent) => invoke('action_more', { runId, limit, events: channel(onEvent) }),
  actionCancel: (runId) => invoke('action_cancel', { runId }),
  actionHistory: (id) => invoke('action_history', { id }),
  actionCompare: (request) => invoke('action_compare', { request }),
  actionCompareCancel: (runId) => invoke('action_compare_cancel', { runId }),
  actionCode: (id, env, input, format) => invoke('action_code', { id, env, input, format }),
  schemaOutline: (databaseId, env) => invoke('schema_outline', { databaseId, env }),
  migrationList: (databaseId) => invoke('migration_list', { databaseId }),
  migrationFetch: (id) => invoke('migration_fetch', { id }),
  migrationCreate: (databaseId, input) => invoke('migration_create', { databaseId, input }),
  migrationUpdate: (id, patch) => invoke('migration_update', { id, patch }),
  migrationDelete: (id) => invoke('migration_delete', { id }),
  migrationOrder: (databaseId, ids) => invoke('migration_order', { databaseId, ids }),
  migrationCheck: (draft) => invoke('migration_check', { draft }),
  migrationMatrix: (productId) => invoke('migration_matrix', { productId }),
  migrationStatusStart: (request, onEvent) =>
    invoke('migration_status_start', { request, events: channel(onEvent) }),
  migrationCancel: (runId) => invoke('migration_cancel', { runId }),
  migrationPlan: (request) => invoke('migration_plan', { request }),
  migrationRun: (request, onEvent) => invoke('migration_run', { request, events: channel(onEvent) }),
  migrationBatchPlan: (request) => invoke('migration_batch_plan', { request }),
  migrationBatchRun: (request, onEvent) =>
    invoke('migration_batch_run', { request, events: channel(onEvent) }),
  migrationAdopt: (databaseId, env, tag) => invoke('migration_adopt', { databaseId, env, tag }),
  migrationDrift: (databaseId, env) => invoke('migration_drift', { databaseId, env }),
  migrationDriftAccept: (databaseId, env, confirm) =>
    invoke('migration_drift_accept', { databaseId, env, confirm }),
  migrationDiff: (databaseId, left, right) => invoke('migration_diff', { databaseId, left, right }),
  migrationImportOpen: (databaseId, format) => invoke('migration_import_open', { databaseId, format }),
  migrationImportApply: (token) => invoke('migration_import_apply', { token }),
  migrationExport: (databaseId, format) => invoke('migration_export', { databaseId, format }),
  promotionPolicy: (productId) => invoke('promotion_policy', { productId }),
  promotionPolicySet: (productId, policy) => invoke('promotion_policy_set', { productId, policy }),
  activityList: (before, limit) => invoke('activity_list', { before, limit }),
  activityPurge: (id) => invoke('activity_purge', { id }),
  activityUndo: (id) => invoke('activity_undo', { id }),
  settingsUpdate: (settings) => invoke('settings_update', { settings }),
  exportSave: (productId, passphrase) => invoke('export_save', { productId, passphrase }),
  importGiven: () => invoke('import_given'),
  importOpen: (passphrase, given) => invoke('import_open', { passphrase, given }),
  importApply: (token) => invoke('import_apply', { token }),
  discoverHome: () => invoke('discover_home'),
  discoverFolder: () => invoke('discover_folder'),
  discoverPlan: (request) => invoke('discover_plan', { request }),
  fileChoose: (folder) => invoke('file_choose', { folder }),
  windowNew: () => invoke('window_new'),
  dataFolderOpen: () => invoke('data_folder_open'),
  updateStatus: () => invoke('update_status'),
  updateCheck: () => invoke('update_check'),
  updateInstall: () => invoke('update_install'),
  updateCancel: () => invoke('update_cancel'),
  updateRestart: () => invoke('update_restart'),
  releasePageOpen: () => invoke('release_page_open'),
  onUpdateChanged: (callback) => listenTo('update-changed', callback),
  onCatalogChanged: (callback) => listenTo('catalog-changed', callback),
  onFileGiven: (callback) => listenTo('file-given', callback),
};
