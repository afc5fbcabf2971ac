//! What every catalog must do, run on each adapter. An adapter needs only a way to make a fresh, empty catalog.

mod suite;

use catalog::SqliteCatalog;

fn sqlite() -> (tempfile::TempDir, SqliteCatalog) {
    let directory = tempfile::tempdir().expect("a temporary folder");
    let catalog = SqliteCatalog::open(directory.path()).expect("a fresh catalog");
    (directory, catalog)
}

macro_rules! conformance {
    ($adapter:ident: $($module:ident { $($name:ident),* $(,)? })*) => {
        mod $adapter {
            $($(
                #[test]
                fn $name() {
                    let (_directory, catalog) = super::$adapter();
                    super::suite::$module::$name(&catalog);
                    catalog.check_integrity().expect("an intact catalog");
                }
            )*)*
        }
    };
}

conformance! { sqlite:
    journal {
        a_commit_strikes_out_what_it_names,
        a_refused_change_leaves_its_entries_in_the_journal,
        only_what_began_before_is_abandoned,
        a_deletion_is_purged_at_once_with_all_its_passwords,
        a_named_secret_keeps_the_value_that_undo_brings_back,
    }
    records {
        products_are_made_changed_listed_and_deleted,
        environments_keep_their_order,
        databases_merge_configs_by_slug,
        a_renamed_slug_keeps_configs_and_ids,
        a_database_keeps_one_config,
        an_environment_takes_its_configs_along,
        a_patch_that_changes_nothing_writes_nothing,
        actions_and_migrations_are_kept_whole,
        a_replaced_password_is_one_revision,
        names_find_records_by_tag_then_by_id,
    }
    refusals {
        every_fault_comes_at_once,
        patches_are_checked_against_what_is_there,
        a_literal_secret_is_refused_and_not_echoed,
        a_stale_patch_is_shown_what_changed,
        a_stale_deletion_is_refused,
        what_is_not_there_is_not_found,
    }
    history {
        updates_are_undone_with_their_secrets,
        a_deleted_product_comes_back_whole,
        a_deleted_environment_comes_back_with_its_configs,
        undo_is_refused_after_another_change,
        undo_of_a_deletion_is_refused_when_the_tag_is_taken,
        undoing_a_creation_is_refused_while_it_is_used,
        undo_can_be_undone,
        activities_come_newest_first,
        released_secrets_are_kept_until_purged,
    }
    items {
        an_item_keeps_its_id_and_place_through_a_rename,
        items_are_added_behind_ordered_and_removed,
        bad_items_are_refused_with_every_fault,
        a_replacement_made_from_something_else_is_a_conflict,
        what_is_not_known_of_an_item_is_kept,
        the_order_of_keys_in_a_template_counts,
        undo_of_one_item_leaves_the_others_alone,
    }
    transfer {
        an_export_imports_into_the_same,
        an_import_tells_who_changed_what,
        too_many_records_are_refused_in_a_few_words,
        an_import_merges_and_keeps_what_it_does_not_name,
        unknown_fields_come_out_again,
        bare_records_are_accepted,
        a_plan_that_is_out_of_date_is_refused,
        hostile_documents_are_refused_with_every_fault,
    }
    beside {
        the_matrix_holds_everything_and_the_last_tests,
        migrations_are_remembered_as_they_were_read,
        named_secrets_are_listed,
        settings_are_kept,
        the_change_token_moves_with_each_commit,
    }
}
