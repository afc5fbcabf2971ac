/**
 * What the window may ask of the machine: one function per command, and nothing else.
 * `tauri.ts` is the real one; `fake.ts` stands in for it in tests and in an ordinary browser.
 */
import type { ActionCheck } from '../bindings/ActionCheck';
import type { ActionCodeFormat } from '../bindings/ActionCodeFormat';
import type { ActionCompareRequest } from '../bindings/ActionCompareRequest';
import type { ActionDraft } from '../bindings/ActionDraft';
import type { ActionInputs } from '../bindings/ActionInputs';
import type { ActionPatchInput } from '../bindings/ActionPatchInput';
import type { ActionPlan } from '../bindings/ActionPlan';
import type { ActionRecordInput } from '../bindings/ActionRecordInput';
import type { ActionRunRequest } from '../bindings/ActionRunRequest';
import type { ActionRunView } from '../bindings/ActionRunView';
import type { ActionSummary } from '../bindings/ActionSummary';
import type { ActionView } from '../bindings/ActionView';
import type { ActivityView } from '../bindings/ActivityView';
import type { Bootstrap } from '../bindings/Bootstrap';
import type { Changed } from '../bindings/Changed';
import type { CompareSide } from '../bindings/CompareSide';
import type { CredentialReport } from '../bindings/CredentialReport';
import type { DatabaseInput } from '../bindings/DatabaseInput';
import type { DatabasePatchInput } from '../bindings/DatabasePatchInput';
import type { DatabaseView } from '../bindings/DatabaseView';
import type { DiscoveryPlanned } from '../bindings/DiscoveryPlanned';
import type { DiscoveryRequest } from '../bindings/DiscoveryRequest';
import type { DiscoveryView } from '../bindings/DiscoveryView';
import type { DraftTestRequest } from '../bindings/DraftTestRequest';
import type { EnvironmentInput } from '../bindings/EnvironmentInput';
import type { EnvironmentPatchInput } from '../bindings/EnvironmentPatchInput';
import type { EnvironmentView } from '../bindings/EnvironmentView';
import type { ImportView } from '../bindings/ImportView';
import type { MatrixView } from '../bindings/MatrixView';
import type { MigrationBatchPlan } from '../bindings/MigrationBatchPlan';
import type { MigrationBatchRequest } from '../bindings/MigrationBatchRequest';
import type { MigrationCell } from '../bindings/MigrationCell';
import type { MigrationCheck } from '../bindings/MigrationCheck';
import type { MigrationDraft } from '../bindings/MigrationDraft';
import type { MigrationFormat } from '../bindings/MigrationFormat';
import type { MigrationImport } from '../bindings/MigrationImport';
import type { MigrationInput } from '../bindings/MigrationInput';
import type { MigrationPatchInput } from '../bindings/MigrationPatchInput';
import type { MigrationPlan } from '../bindings/MigrationPlan';
import type { MigrationRunEvent } from '../bindings/MigrationRunEvent';
import type { MigrationRunReport } from '../bindings/MigrationRunReport';
import type { MigrationRunRequest } from '../bindings/MigrationRunRequest';
import type { MigrationStatusEvent } from '../bindings/MigrationStatusEvent';
import type { MigrationStatusRequest } from '../bindings/MigrationStatusRequest';
import type { MigrationSummary } from '../bindings/MigrationSummary';
import type { MigrationView } from '../bindings/MigrationView';
import type { NamedSecretView } from '../bindings/NamedSecretView';
import type { ProductInput } from '../bindings/ProductInput';
import type { ProductPatchInput } from '../bindings/ProductPatchInput';
import type { ProductView } from '../bindings/ProductView';
import type { PromotionPolicy } from '../bindings/PromotionPolicy';
import type { PurgeView } from '../bindings/PurgeView';
import type { RevealedUrl } from '../bindings/RevealedUrl';
import type { RowComparison } from '../bindings/RowComparison';
import type { RunEvent } from '../bindings/RunEvent';
import type { RunPage } from '../bindings/RunPage';
import type { SchemaComparison } from '../bindings/SchemaComparison';
import type { SchemaOutline } from '../bindings/SchemaOutline';
import type { SecretEntered } from '../bindings/SecretEntered';
import type { SecretEntry } from '../bindings/SecretEntry';
import type { SecretPlaceChoice } from '../bindings/SecretPlaceChoice';
import type { SecretPlaceChosen } from '../bindings/SecretPlaceChosen';
import type { SecretPlaceStatus } from '../bindings/SecretPlaceStatus';
import type { SecretsToEnter } from '../bindings/SecretsToEnter';
import type { Settings } from '../bindings/Settings';
import type { TestEvent } from '../bindings/TestEvent';
import type { TestRequest } from '../bindings/TestRequest';
import type { TestResult } from '../bindings/TestResult';
import type { UpdateStatus } from '../bindings/UpdateStatus';
import type { UrlComparison } from '../bindings/UrlComparison';
import type { UrlCompletions } from '../bindings/UrlCompletions';
import type { UrlCopyPreview } from '../bindings/UrlCopyPreview';
import type { UrlCopyRequest } from '../bindings/UrlCopyRequest';
import type { UrlEdit } from '../bindings/UrlEdit';
import type { UrlFormatted } from '../bindings/UrlFormatted';
import type { UrlInspection } from '../bindings/UrlInspection';
import type { UrlTextChange } from '../bindings/UrlTextChange';

/** A patch names only what changes: ts-rs can't say that of a nullable field, so it is said here. */
export type ProductPatch = Partial<ProductPatchInput>;
export type EnvironmentPatch = Partial<EnvironmentPatchInput>;
export type DatabasePatch = Partial<DatabasePatchInput>;

export interface ImportPreview {
  token: string;
  view: ImportView;
}

export interface MigrationImportPreview {
  token: string;
  view: MigrationImport;
}

export interface Platform {
  appBootstrap(): Promise<Bootstrap>;
  productList(): Promise<ProductView[]>;
  productCreate(input: ProductInput): Promise<Changed<ProductView>>;
  /** Makes the sample product over files of this machine. */
  productSample(): Promise<Changed<ProductView>>;
  productUpdate(id: string, patch: ProductPatch): Promise<Changed<ProductView>>;
  productDelete(id: string): Promise<string>;
  environmentCreate(productId: string, input: EnvironmentInput): Promise<Changed<EnvironmentView>>;
  environmentUpdate(id: string, patch: EnvironmentPatch): Promise<Changed<EnvironmentView>>;
  environmentReorder(productId: string, ids: string[]): Promise<void>;
  environmentDelete(id: string): Promise<string>;
  databaseCreate(productId: string, input: DatabaseInput): Promise<Changed<DatabaseView>>;
  databaseUpdate(id: string, patch: DatabasePatch): Promise<Changed<DatabaseView>>;
  databaseDelete(id: string): Promise<string>;
  matrixLoad(productId: string): Promise<MatrixView>;
  credentialsCheck(productId: string): Promise<CredentialReport>;
  urlInspect(text: string, databaseType: string | null): Promise<UrlInspection>;
  urlEdit(text: string, databaseType: string, edit: UrlEdit): Promise<UrlTextChange[]>;
  /** What may stand at `offset` of any text, also of one that does not parse. */
  urlComplete(text: string, databaseType: string, offset: number): Promise<UrlCompletions>;
  urlReveal(configId: string): Promise<RevealedUrl>;
  urlCopy(configId: string, masked: boolean): Promise<void>;
  urlCompare(databaseId: string, left: CompareSide, right: CompareSide): Promise<UrlComparison>;
  urlCopyPreview(request: UrlCopyRequest): Promise<UrlCopyPreview[]>;
  /** One change of the database with one undo; refused when the database is no longer at `revision`. */
  urlCopyApply(request: UrlCopyRequest, revision: number): Promise<Changed<DatabaseView>>;
  /** One form, without secrets; `text` is what is typed and not saved. */
  urlFormat(configId: string, text: string | null, formatId: string): Promise<UrlFormatted>;
  /** Puts one form of what is stored on the clipboard. The page never sees a secret in it. */
  urlFormatCopy(configId: string, formatId: string, withSecrets: boolean): Promise<void>;
  testStart(request: TestRequest, onEvent: (event: TestEvent) => void): Promise<void>;
  testDraft(request: DraftTestRequest, onEvent: (event: TestEvent) => void): Promise<TestResult>;
  /** The last test of a cell, whole: the matrix holds only what a cell shows of it. */
  testLast(configId: string): Promise<TestResult | null>;
  testCancel(runId: string, configId: string | null): Promise<void>;
  secretList(productId: string | null): Promise<NamedSecretView[]>;
  secretSet(name: string, value: string): Promise<void>;
  secretDelete(name: string): Promise<string>;
  /** Where passwords are kept, and how that place is. */
  secretPlaceStatus(): Promise<SecretPlaceStatus>;
  secretPlaceChoose(choice: SecretPlaceChoice): Promise<SecretPlaceChosen>;
  vaultUnlock(passphrase: string): Promise<void>;
  vaultLock(): Promise<void>;
  vaultPassphraseChange(old: string, next: string): Promise<void>;
  /** What one product lacks on this machine; all of them when none is named. */
  secretsToEnter(productId: string | null): Promise<SecretsToEnter>;
  /** Keeps what was typed, each for itself; says which failed. */
  secretsEnter(typed: SecretEntered[]): Promise<SecretEntry[]>;
  actionList(databaseId: string): Promise<ActionSummary[]>;
  actionFetch(id: string): Promise<ActionView>;
  actionCreate(databaseId: string, input: ActionRecordInput): Promise<Changed<ActionView>>;
  actionUpdate(id: string, patch: ActionPatchInput): Promise<Changed<ActionView>>;
  actionDelete(id: string): Promise<string>;
  actionDuplicate(id: string): Promise<Changed<ActionView>>;
  actionOrder(databaseId: string, ids: string[]): Promise<Changed<ActionSummary[]>>;
  actionCheck(draft: ActionDraft): Promise<ActionCheck>;
  /** What a run would send, and where. Sends nothing. */
  actionPlan(id: string, env: string, input: ActionInputs): Promise<ActionPlan>;
  /** Answers when the first page of rows is there. */
  actionRun(request: ActionRunRequest, onEvent: (event: RunEvent) => void): Promise<RunPage>;
  actionMore(runId: string, limit: number | null, onEvent: (event: RunEvent) => void): Promise<RunPage>;
  /** Ends a run at the server, or gives up the rows that are left. */
  actionCancel(runId: string): Promise<void>;
  /** The runs of one that are remembered, newest first. */
  actionHistory(id: string): Promise<ActionRunView[]>;
  /** Runs one that reads in two environments, and compares the rows. */
  actionCompare(request: ActionCompareRequest): Promise<RowComparison>;
  /** Ends a comparison at both servers. */
  actionCompareCancel(runId: string): Promise<void>;
  /** One with its values in another form; what looks like a secret is masked in it. */
  actionCode(id: string, env: string, input: ActionInputs, format: ActionCodeFormat): Promise<string>;
  /** The tables and columns of a database, for completion. */
  schemaOutline(databaseId: string, env: string): Promise<SchemaOutline>;
  migrationList(databaseId: string): Promise<MigrationSummary[]>;
  migrationFetch(id: string): Promise<MigrationView>;
  migrationCreate(databaseId: string, input: MigrationInput): Promise<Changed<MigrationView>>;
  migrationUpdate(id: string, patch: MigrationPatchInput): Promise<Changed<MigrationView>>;
  migrationDelete(id: string): Promise<string>;
  migrationOrder(databaseId: string, ids: string[]): Promise<Changed<MigrationSummary[]>>;
  migrationCheck(draft: MigrationDraft): Promise<MigrationCheck>;
  /** How each cell was when it was last read; asks no server. */
  migrationMatrix(productId: string): Promise<MigrationCell[]>;
  /** Reads cells anew. Answers when all have been told. */
  migrationStatusStart(
    request: MigrationStatusRequest,
    onEvent: (event: MigrationStatusEvent) => void,
  ): Promise<void>;
  /** Ends a status, a run or a batch; a run stops between two statements. */
  migrationCancel(runId: string): Promise<void>;
  /** What a run would send, where, and what stands in its way. Changes nothing. */
  migrationPlan(request: MigrationRunRequest): Promise<MigrationPlan>;
  migrationRun(
    request: MigrationRunRequest,
    onEvent: (event: MigrationRunEvent) => void,
  ): Promise<MigrationRunReport>;
  migrationBatchPlan(request: MigrationBatchRequest): Promise<MigrationBatchPlan>;
  migrationBatchRun(
    request: MigrationBatchRequest,
    onEvent: (event: MigrationRunEvent) => void,
  ): Promise<MigrationRunReport[]>;
  /** Takes one that only the target has into the catalog. */
  migrationAdopt(databaseId: string, env: string, tag: string): Promise<Changed<MigrationView>>;
  /** The live schema, compared with what the last run left. */
  migrationDrift(databaseId: string, env: string): Promise<SchemaComparison>;
  /** Takes the live schema as the one that later runs compare with. */
  migrationDriftAccept(databaseId: string, env: string, confirm: string | null): Promise<void>;
  migrationDiff(databaseId: string, left: string, right: string): Promise<SchemaComparison>;
  /** Rust opens the folder dialog; null when the person closed it. */
  migrationImportOpen(databaseId: string, format: MigrationFormat): Promise<MigrationImportPreview | null>;
  migrationImportApply(token: string): Promise<MigrationImport>;
  migrationExport(databaseId: string, format: MigrationFormat): Promise<string | null>;
  promotionPolicy(productId: string): Promise<PromotionPolicy>;
  promotionPolicySet(productId: string, policy: PromotionPolicy): Promise<PromotionPolicy>;
  activityList(before: string | null, limit: number): Promise<ActivityView[]>;
  activityUndo(id: string): Promise<void>;
  /** Makes a deletion final, once the system's own dialog was answered. */
  activityPurge(id: string): Promise<PurgeView>;
  settingsUpdate(settings: Settings): Promise<Settings>;
  exportSave(productId: string, passphrase: string | null): Promise<string | null>;
  /** The name of a file that the system opened this program with, once. */
  importGiven(): Promise<string | null>;
  /** Of the file that was given, or else of one that the person chooses; null where that was called off. */
  importOpen(passphrase: string | null, given: boolean): Promise<ImportPreview | null>;
  importApply(token: string): Promise<ImportView>;
  /** Looks where other programs keep their connections in the home folder. */
  discoverHome(): Promise<DiscoveryView>;
  /** Looks in a folder that the person chooses in the system’s dialog; null when they closed it. */
  discoverFolder(): Promise<DiscoveryView | null>;
  /** What taking over some of the last search would do; `importApply` does it. */
  discoverPlan(request: DiscoveryRequest): Promise<DiscoveryPlanned>;
  /** The path that the person chose in the system’s dialog; null when they closed it. */
  fileChoose(folder: boolean): Promise<string | null>;
  windowNew(): Promise<void>;
  dataFolderOpen(): Promise<void>;
  /** What is known of updates; asks no server. */
  updateStatus(): Promise<UpdateStatus>;
  updateCheck(): Promise<UpdateStatus>;
  /** Answers when it is downloaded and its signature checked; it is put in place when the program is closed. */
  updateInstall(): Promise<UpdateStatus>;
  updateCancel(): Promise<void>;
  updateRestart(): Promise<void>;
  /** The core knows the address. */
  releasePageOpen(): Promise<void>;
  /** Calls back when what is known of updates changed, or a download went on; answers how to stop. */
  onUpdateChanged(callback: () => void): () => void;
  /** Calls back when any process wrote the catalog; answers how to stop. */
  onCatalogChanged(callback: () => void): () => void;
  /** The system opened this program with a file: `importGiven` has its name. */
  onFileGiven(callback: () => void): () => void;
}
