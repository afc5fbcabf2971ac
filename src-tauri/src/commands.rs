//! The commands of the window, by noun. Each is one use case of [`workbench::Workbench`] under the same name.

mod action;
mod activity;
mod app;
mod credentials;
mod database;
mod discover;
mod environment;
mod file;
mod matrix;
mod migration;
mod product;
mod secret;
mod secret_place;
mod settings;
mod test;
mod transfer;
mod update;
mod url;
mod window;

use serde::Serialize;
use tauri::State;
use tauri::ipc::{Channel, Invoke};
use workbench::{AppError, Workbench};

/// What every command answers.
type Answer<T> = Result<T, AppError>;
/// The use cases, as a command gets them.
type Bench<'a> = State<'a, Workbench>;

/// Every command that a page can call; `tests/security.rs` holds this list, `command_names.rs` and the capability together.
pub fn handler() -> impl Fn(Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        app::app_bootstrap,
        product::product_list,
        product::product_create,
        product::product_sample,
        product::product_update,
        product::product_delete,
        environment::environment_create,
        environment::environment_update,
        environment::environment_reorder,
        environment::environment_delete,
        database::database_create,
        database::database_update,
        database::database_delete,
        database::schema_outline,
        action::action_list,
        action::action_fetch,
        action::action_create,
        action::action_update,
        action::action_delete,
        action::action_duplicate,
        action::action_order,
        action::action_check,
        action::action_plan,
        action::action_run,
        action::action_more,
        action::action_cancel,
        action::action_history,
        action::action_compare,
        action::action_compare_cancel,
        action::action_code,
        migration::migration_list,
        migration::migration_fetch,
        migration::migration_create,
        migration::migration_update,
        migration::migration_delete,
        migration::migration_order,
        migration::migration_check,
        migration::migration_matrix,
        migration::migration_status_start,
        migration::migration_cancel,
        migration::migration_plan,
        migration::migration_run,
        migration::migration_batch_plan,
        migration::migration_batch_run,
        migration::migration_adopt,
        migration::migration_drift,
        migration::migration_drift_accept,
        migration::migration_diff,
        migration::migration_import_open,
        migration::migration_import_apply,
        migration::migration_export,
        migration::promotion_policy,
        migration::promotion_policy_set,
        matrix::matrix_load,
        credentials::credentials_check,
        url::url_inspect,
        url::url_edit,
        url::url_complete,
        url::url_reveal,
        url::url_copy,
        url::url_compare,
        url::url_copy_preview,
        url::url_copy_apply,
        url::url_format,
        url::url_format_copy,
        test::test_start,
        test::test_draft,
        test::test_cancel,
        test::test_last,
        secret::secret_list,
        secret::secret_set,
        secret::secret_delete,
        secret_place::secret_place_status,
        secret_place::secret_place_choose,
        secret_place::vault_unlock,
        secret_place::vault_lock,
        secret_place::vault_passphrase_change,
        secret_place::secrets_to_enter,
        secret_place::secrets_enter,
        activity::activity_list,
        activity::activity_undo,
        activity::activity_purge,
        settings::settings_update,
        transfer::export_save,
        transfer::import_given,
        transfer::import_open,
        transfer::import_apply,
        discover::discover_home,
        discover::discover_folder,
        discover::discover_plan,
        file::file_choose,
        window::window_new,
        window::data_folder_open,
        update::update_status,
        update::update_check,
        update::update_install,
        update::update_cancel,
        update::update_restart,
        update::release_page_open,
    ]
}

/// A page that has gone hears nothing; what it started ends all the same, so that its outcome is kept.
fn tell<E: Serialize + Clone + Send + Sync + 'static>(
    events: Channel<E>,
) -> impl Fn(E) + Send + Sync + 'static {
    move |event| {
        if let Err(error) = events.send(event) {
            tracing::debug!(%error, "nobody hears of an event");
        }
    }
}
