//! The records of migrations. What one does in a target is in `migration_plan` and `migration_run`; how it stands there in
//! `migration_status`.

use std::collections::HashMap;

use catalog::{Database, DatabaseItem, ItemChange, SubjectKind};
use serde_json::{Value, json};

use crate::dto::{
    Changed, MigrationCheck, MigrationDraft, MigrationInput, MigrationPatchInput, MigrationSummary,
    MigrationView,
};
use crate::item_record::{Named, Patch, Stored, known_fields, tag_of};
use crate::migration_applied::{Acceptance, Applied};
use crate::migration_record::{
    KIND, TextLists, changed, check_texts, checked, interchange, summaries, view,
};
use crate::products::set;
use crate::{AppError, Result, Workbench};

/// The fields of a record that are ours to keep, whatever a file says.
const KEPT: [&str; 3] = ["position", "created_at", "updated_at"];

impl Workbench {
    /// The migrations of a database, in their order.
    pub async fn migration_list(&self, database_id: String) -> Result<Vec<MigrationSummary>> {
        self.on_catalog(move |catalog| {
            let place = catalog.locate(SubjectKind::Database, &database_id)?;
            let database = catalog.fetch_database(&place.product_id, &database_id)?;
            Ok(summaries(&database))
        })
        .await
    }

    /// The id of a database by its address.
    pub async fn database_id(&self, product: String, database: String) -> Result<String> {
        self.on_catalog(move |catalog| Ok(catalog.fetch_database(&product, &database)?.id))
            .await
    }

    /// As [`Workbench::migration_list`], as the records of domain.md.
    pub async fn migration_records(&self, product: String, database: String) -> Result<Vec<Value>> {
        self.on_catalog(move |catalog| {
            let database = catalog.fetch_database(&product, &database)?;
            let records = database.migrations.iter();
            Ok(records.map(|item| interchange(&database, item)).collect())
        })
        .await
    }

    /// One migration by its id.
    pub async fn migration_fetch(&self, id: String) -> Result<MigrationView> {
        let stored = self.stored_item(KIND, Named::Id(id)).await?;
        view(&stored.database, &stored.item)
    }

    /// One migration as the record of domain.md, with its id and fingerprint; `migration` is a tag or an id.
    pub async fn migration_record(
        &self,
        product: String,
        database: String,
        migration: String,
    ) -> Result<Value> {
        let named = Named::Address(product, database, migration);
        let stored = self.stored_item(KIND, named).await?;
        Ok(interchange(&stored.database, &stored.item))
    }

    /// What the statements say that somebody is typing. Saves nothing, sends nothing.
    pub async fn migration_check(&self, draft: MigrationDraft) -> Result<MigrationCheck> {
        let database = self.database_by_id(&draft.database_id).await?;
        Ok(check_texts(
            database.database_type,
            &draft.texts,
            draft.no_transaction,
            &draft.waivers,
        ))
    }

    /// Makes a migration at the end of its database's.
    pub async fn migration_create(
        &self,
        database_id: String,
        input: MigrationInput,
    ) -> Result<Changed<MigrationView>> {
        let database = self.database_by_id(&database_id).await?;
        let mut record = json!({ "name": input.name, "tag": input.tag });
        set(
            &mut record,
            "description",
            input.description.map(Value::from),
        );
        let lists = put_texts(&mut record, &database, &input.texts);
        let flag = input.no_transaction.then(|| Value::from(true));
        set(&mut record, "no_transaction", flag);
        let waivers = (!input.waivers.is_empty()).then(|| json!(input.waivers));
        set(&mut record, "waivers", waivers);
        self.create_migration(&database, record, &lists).await
    }

    /// As [`Workbench::migration_create`], from the record of domain.md.
    pub async fn migration_create_record(
        &self,
        product: String,
        database: String,
        mut record: Value,
    ) -> Result<Changed<MigrationView>> {
        let database = self
            .on_catalog(move |catalog| catalog.fetch_database(&product, &database))
            .await?;
        forget_kept(&mut record);
        self.create_migration(&database, record, &TextLists::default())
            .await
    }

    /// The record of a migration to fill in, with the next place in the list and a tag taken from its name. Nothing is saved.
    ///
    /// # Errors
    /// `validation` for a name of which no tag can be made.
    pub async fn migration_template(
        &self,
        product: String,
        database: String,
        name: String,
    ) -> Result<Value> {
        let database = self
            .on_catalog(move |catalog| catalog.fetch_database(&product, &database))
            .await?;
        let tag = free_tag(&database, &name)?;
        Ok(json!({
            "name": name,
            "tag": tag,
            "position": database.migrations.len() + 1,
            "value": { "up": [], "down": [] },
        }))
    }

    pub(crate) async fn create_migration(
        &self,
        database: &Database,
        mut record: Value,
        lists: &TextLists,
    ) -> Result<Changed<MigrationView>> {
        // A record that was shown has it.
        if let Some(fields) = record.as_object_mut() {
            fields.shift_remove("fingerprint");
        }
        let fields = checked(database, None, record, lists)?;
        let tag = tag_of(&fields);
        let change = ItemChange::Add {
            fields,
            after: None,
        };
        let committed = self.change_list(KIND, database, change).await?;
        changed(&committed, |item| item.tag() == tag)
    }

    /// Changes what the patch names; `id` is the migration's id.
    ///
    /// # Errors
    /// `conflict` when the migration is no longer what the patch was made from; `refused` for another `up` of one that is applied
    /// somewhere, unless the database's tag was typed to accept it: `detail` has `applied` (where) and `difference`.
    pub async fn migration_update(
        &self,
        id: String,
        patch: MigrationPatchInput,
    ) -> Result<Changed<MigrationView>> {
        let named = Named::Id(id);
        let database = self.stored_item(KIND, named.clone()).await?.database;
        let mut record = json!({});
        set(&mut record, "name", patch.name.map(Value::from));
        set(&mut record, "tag", patch.tag.map(Value::from));
        set(
            &mut record,
            "description",
            patch.description.map(Value::from),
        );
        let lists = match &patch.texts {
            Some(texts) => put_texts(&mut record, &database, texts),
            None => TextLists::default(),
        };
        let flag = patch.no_transaction.map(|flag| match flag {
            true => Value::from(true),
            false => Value::Null,
        });
        set(&mut record, "no_transaction", flag);
        set(
            &mut record,
            "waivers",
            patch.waivers.map(|waivers| json!(waivers)),
        );
        set(
            &mut record,
            "fingerprint",
            patch.fingerprint.map(Value::from),
        );
        let accepted = patch.accept_checksum;
        self.update_migration(named, record, &lists, accepted).await
    }

    /// As [`Workbench::migration_update`], from a patch as JSON; `migration` is a tag or an id.
    pub async fn migration_update_record(
        &self,
        product: String,
        database: String,
        migration: String,
        mut patch: Value,
        accept_checksum: Option<String>,
    ) -> Result<Changed<MigrationView>> {
        forget_kept(&mut patch);
        let named = Named::Address(product, database, migration);
        self.update_migration(named, patch, &TextLists::default(), accept_checksum)
            .await
    }

    async fn update_migration(
        &self,
        named: Named,
        patch: Value,
        lists: &TextLists,
        accept_checksum: Option<String>,
    ) -> Result<Changed<MigrationView>> {
        let mut patch = Patch::read(KIND, patch)?;
        loop {
            let stored = self.stored_item(KIND, named.clone()).await?;
            let Stored { database, item } = &stored;
            let mut patched = patch.apply(KIND, item)?;
            let mut record = std::mem::take(&mut patched.record);
            // The catalog gives it its times.
            if let Some(fields) = record.as_object_mut() {
                fields.shift_remove("updated_at");
            }
            let mut acceptance = Acceptance::default();
            let fields = match patched.stale {
                true => known_fields(KIND, &record),
                false => {
                    let fields = checked(database, Some(item), record, lists)?;
                    acceptance = self
                        .accept_edit(&stored, &fields, accept_checksum.as_deref())
                        .await?;
                    fields
                }
            };
            let change = patched.change(&item.id, fields);
            match self.change_list(KIND, database, change).await {
                Err(error) if patch.again(&error) => {}
                Err(error) => return Err(error),
                Ok(committed) => {
                    let mut done = changed(&committed, |changed| changed.id == item.id)?;
                    let notes = self
                        .write_acceptance(&committed.record, &item.id, acceptance)
                        .await?;
                    done.hints.splice(0..0, notes);
                    return Ok(done);
                }
            }
        }
    }

    /// Deletes a migration by its id; the answer undoes it.
    ///
    /// # Errors
    /// `refused` for one that is applied somewhere, or half applied; `detail.applied` says where.
    pub async fn migration_delete(&self, id: String) -> Result<String> {
        self.delete_migration(Named::Id(id)).await
    }

    /// As [`Workbench::migration_delete`]; `migration` is a tag or an id.
    pub async fn migration_delete_in(
        &self,
        product: String,
        database: String,
        migration: String,
    ) -> Result<String> {
        self.delete_migration(Named::Address(product, database, migration))
            .await
    }

    async fn delete_migration(&self, named: Named) -> Result<String> {
        let Stored { database, item } = self.stored_item(KIND, named).await?;
        let applied = self.where_applied(&database).await?;
        let places = applied.places_of(&item.id, item.tag());
        if !places.is_empty() {
            return Err(AppError::refused(format!(
                "The migration {} is applied in {}. Roll it back there first; what is applied nowhere can be deleted.",
                item.tag(),
                Applied::words(&places)
            ))
            .with_detail(json!({ "applied": places, "notes": applied.notes })));
        }
        let change = ItemChange::Remove { id: item.id };
        let committed = self.change_list(KIND, &database, change).await?;
        Ok(committed.activity_id.unwrap_or_default())
    }

    /// Puts the migrations of a database in the order of `ids`; those not named follow. The ones that are applied somewhere keep
    /// their order and stay before the others.
    pub async fn migration_order(
        &self,
        database_id: String,
        ids: Vec<String>,
    ) -> Result<Changed<Vec<MigrationSummary>>> {
        let database = self.database_by_id(&database_id).await?;
        let (database, activity_id) = self.order_migrations(database, ids).await?;
        Ok(Changed {
            record: summaries(&database),
            activity_id,
            hints: Vec::new(),
        })
    }

    /// As [`Workbench::migration_order`], by tags; answers the records in their order.
    pub async fn migration_order_in(
        &self,
        product: String,
        database: String,
        tags: Vec<String>,
    ) -> Result<Vec<Value>> {
        let database = self
            .on_catalog(move |catalog| catalog.fetch_database(&product, &database))
            .await?;
        let (database, _) = self.order_migrations(database, tags).await?;
        let records = database.migrations.iter();
        Ok(records.map(|item| interchange(&database, item)).collect())
    }

    async fn order_migrations(
        &self,
        database: Database,
        names: Vec<String>,
    ) -> Result<(Database, Option<String>)> {
        let applied = self.where_applied(&database).await?;
        let after = reordered(&database, &names)?;
        let moved = moved_applied(&database.migrations, &after, &applied);
        if !moved.is_empty() {
            return Err(AppError::refused(format!(
                "What is applied somewhere keeps its place, and {} would come to stand behind others than before. Move only those \
                 that are applied nowhere, and to places behind the applied ones.",
                moved.join(", ")
            ))
            .with_detail(json!({ "tags": moved, "notes": applied.notes })));
        }
        let change = ItemChange::Order(after.iter().map(|item| item.id.clone()).collect());
        let committed = self.change_list(KIND, &database, change).await?;
        Ok((committed.record, committed.activity_id))
    }
}

/// The items as they would stand.
fn reordered<'a>(database: &'a Database, names: &[String]) -> Result<Vec<&'a DatabaseItem>> {
    let items = &database.migrations;
    let mut after: Vec<&DatabaseItem> = Vec::new();
    for name in names {
        let by_tag = items.iter().find(|item| item.tag() == name);
        let found = by_tag.or_else(|| items.iter().find(|item| item.id == *name));
        let item = found.ok_or_else(|| AppError::not_found("migration", name))?;
        if !after.iter().any(|known| known.id == item.id) {
            after.push(item);
        }
    }
    let rest = items
        .iter()
        .filter(|item| !after.iter().any(|known| known.id == item.id))
        .collect::<Vec<_>>();
    after.extend(rest);
    Ok(after)
}

/// The tags of applied ones that would get another one before them. That one of those before leaves is fine: it ran nowhere.
fn moved_applied(
    before: &[DatabaseItem],
    after: &[&DatabaseItem],
    applied: &Applied,
) -> Vec<String> {
    let places: HashMap<&str, usize> = before
        .iter()
        .enumerate()
        .map(|(place, item)| (item.id.as_str(), place))
        .collect();
    let mut furthest = 0;
    let mut moved = Vec::new();
    for item in after {
        let place = places.get(item.id.as_str()).copied().unwrap_or_default();
        if place < furthest && applied.is_applied(&item.id, item.tag()) {
            moved.push(item.tag().to_owned());
        }
        furthest = furthest.max(place);
    }
    moved
}

fn put_texts(
    record: &mut Value,
    database: &Database,
    texts: &crate::dto::MigrationTexts,
) -> TextLists {
    match record.as_object_mut() {
        Some(fields) => TextLists::put(fields, database.database_type, texts),
        None => TextLists::default(),
    }
}

fn forget_kept(record: &mut Value) {
    if let Some(fields) = record.as_object_mut() {
        fields.retain(|name, _| !KEPT.contains(&name.as_str()));
    }
}

/// A tag of a name, with a number behind it where it is used already.
pub(crate) fn free_tag(database: &Database, name: &str) -> Result<String> {
    let tag = catalog::suggest_tag(name);
    if !catalog::is_tag(&tag) {
        return Err(AppError::validation(&[catalog::Fault::new(
            "name",
            catalog::FaultCode::UnknownValue,
            "No tag can be made of this name. Use a name with letters or digits.",
        )]));
    }
    let used = |tag: &str| database.migrations.iter().any(|item| item.tag() == tag);
    let mut free = tag.clone();
    let mut number = 2;
    while used(&free) {
        let suffix = format!("-{number}");
        free = format!(
            "{}{suffix}",
            crate::item_record::shortened(&tag, 63 - suffix.len())
        );
        number += 1;
    }
    Ok(free)
}
